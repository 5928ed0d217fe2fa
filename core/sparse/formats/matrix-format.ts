import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { DType } from '#core/elements/dtype.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { Shape } from '#core/sparse/matrix-facts.ts';
import type { Names } from '#core/sparse/names.ts';
import type { SourceFormat } from './format-names.ts';
import type { SourceOptions } from './source-options.ts';

/** What a format gets to read a unit. */
export interface FormatInput {
  readonly unit: SourceUnit;
  /**
   * The only object of the unit, or its first one. Head and tail of a single object are in memory
   * already.
   */
  readonly source: ByteSource;
  readonly options: SourceOptions;
  readonly store: ObjectStore;
  readonly staged: StageStore;
  /**
   * True when a job has to end soon. One that can go on in the next round then stops.
   *
   * @default never
   */
  readonly isTimeUp?: (() => boolean) | undefined;
}

/** Where a matrix lies, or the jobs that must be done before `resolve` can find out more. */
export type Resolution =
  | {
      readonly layout: MatrixLayout;
      /** Names of what lies in the unit and is not read, and might have a meaning. */
      readonly unused?: readonly string[];
    }
  | {
      readonly jobs: readonly StageJob[];
      /** What the headers say of the matrix, as far as they do. */
      readonly shape?: Shape;
      /** The same of its stored entries, with those that duplicates make. */
      readonly stored?: StoredEntries;
    };

/** What headers say of the entries of a matrix. */
export interface StoredEntries {
  readonly dtype: DType;
  /** Most that there can be. */
  readonly entries: number;
}

/** A source format. Each folder of `core/sparse/formats` exports one or more of these. */
export interface MatrixFormat {
  readonly name: SourceFormat;
  /**
   * Returns true if an object has this format. `head` has at least its first 1 KiB, or all of a
   * shorter object.
   */
  matches(head: Uint8Array): boolean;
  /**
   * A second look at an object that no format `matches`; it may read more of it, in bounds that it
   * states.
   */
  looksLike?(source: ByteSource): Promise<boolean>;
  /** Returns true if the objects of a folder, by their names, are one matrix of this format. */
  matchesFolder?(names: ReadonlySet<string>): boolean;
  /**
   * Reads headers and finds the arrays. If rows cannot be read from the source as it is, returns
   * the next jobs. It is called again when they are done, and then uses what is staged.
   */
  resolve(input: FormatInput): Promise<Resolution>;
  /**
   * Does one job that {@link resolve} returned. Doing it twice leaves the same objects. Absent if
   * the format has no jobs.
   */
  stage?(job: StageJob, input: FormatInput, signal?: AbortSignal): Promise<void>;
  /** Names of the columns; undefined or absent where the source has none. */
  columnNames?(input: FormatInput): Promise<Names | undefined>;
  /** Names of the rows; undefined or absent where the source has none. */
  rowNames?(input: FormatInput): Promise<Names | undefined>;
}
