import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourceUnit } from '#core/objects/source-unit.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { SourceFormat } from './format-names.ts';
import type { SourceOptions } from './source-options.ts';

/** What a format works with. */
export interface FormatInput {
  readonly unit: SourceUnit;
  /** The only object of the unit, or its first; of a single object head and tail have been read already. */
  readonly source: ByteSource;
  readonly options: SourceOptions;
  readonly store: ObjectStore;
  readonly staged: StageStore;
}

/** Where a matrix lies, or the jobs that have to be done before more can be known. */
export type Resolution = { readonly layout: MatrixLayout } | { readonly jobs: readonly StageJob[] };

/** A source format: one folder of `core/sparse/formats` that exports one of these. */
export interface MatrixFormat {
  readonly name: SourceFormat;
  /** Tells by the first bytes of an object, at least 1 KiB unless it is shorter, whether it is of this format. */
  matches(head: Uint8Array): boolean;
  /** Tells by the names in a folder whether the objects there are one matrix of this format. */
  matchesFolder?(names: ReadonlySet<string>): boolean;
  /**
   * Reads headers and finds the arrays. Where rows cannot be read as they lie, names the next jobs;
   * it is called again when they are done, and looks at what is staged.
   */
  resolve(input: FormatInput): Promise<Resolution>;
  /** Does one job that {@link resolve} named; doing it twice leaves the same objects. Absent where there are no jobs. */
  stage?(job: StageJob, input: FormatInput, signal?: AbortSignal): Promise<void>;
}
