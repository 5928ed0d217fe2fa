import type { MapState } from './definition.ts';
import type { JsonlFile } from './jsonl-file.ts';
import type { ChildRecord, MapRunRecord, RunningChild } from './map-records.ts';
import type { MapSettings } from './map-settings.ts';
import type { Run, StateVisit } from './run.ts';

/** What earlier tries of a map run left; nothing before the first try. */
interface EarlierChildren {
  /** Indexes of children that succeeded. */
  readonly succeeded: ReadonlySet<number>;
  /** Children that ended otherwise, by index. */
  readonly unsuccessful: ReadonlyMap<number, ChildRecord>;
}

/** A map run as the store keeps it. */
export interface StoredMapRun {
  /** Its counts go on changing while the map run is under way. */
  readonly record: MapRunRecord;
  /** Receives each child when it ends. */
  readonly children: JsonlFile;
  /** Children under way, by their ARNs. */
  readonly running: Map<string, RunningChild>;
  readonly earlier: EarlierChildren;
}

/** A map run under way. */
export interface MapRun extends StoredMapRun {
  /** The execution that the map belongs to: the parent of the children. */
  readonly run: Run;
  readonly visit: StateVisit<MapState>;
  readonly settings: MapSettings;
}

/** Keeps map runs. */
export interface MapRunStore {
  /** Keeps a new map run. */
  create(record: MapRunRecord): Promise<StoredMapRun>;
  /** Takes up a map run that ended. Keeps the records of the children that succeeded. */
  reopen(arn: string): Promise<StoredMapRun>;
  /** Keeps a changed map run. */
  update(record: MapRunRecord): Promise<void>;
  /** Children as they were recorded. */
  readChildren(file: JsonlFile): AsyncIterable<ChildRecord>;
}
