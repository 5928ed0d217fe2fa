import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { MatrixLayout, SourceFormat } from '#core/sparse/layout/matrix-layout.ts';

/** What a request may say of how a source is to be read; part of the run's identity where given. */
export interface SourceOptions {
  /** Read as this format instead of the one that the content tells. */
  readonly format?: SourceFormat | undefined;
  /** h5ad: path of the matrix. @default 'X' */
  readonly layer?: string | undefined;
  /** svmlight: columns are counted from 0 (true) or 1 (false). @default told apart as scikit-learn does */
  readonly zeroBased?: boolean | undefined;
  /** svmlight: the label becomes column 0. @default false */
  readonly labels?: boolean | undefined;
  /** svmlight and npy: number of columns. @default as many as the highest index needs */
  readonly columns?: number | undefined;
}

/** One matrix of a source: a single object, or the objects of one folder. */
export interface SourceUnit {
  /** Of the object, or of the folder with a slash at its end. */
  readonly uri: string;
  readonly objects: readonly SourcePin[];
}

/** What a format works with. */
export interface FormatInput {
  readonly unit: SourceUnit;
  /** The only object of the unit, or its first; of a single object head and tail have been read already. */
  readonly source: ByteSource;
  readonly options: SourceOptions;
  readonly store: ObjectStore;
  readonly staged: StageStore;
}

/** The matrix, or the jobs that have to be done before more can be told. */
export type Resolution = { readonly matrix: MatrixLayout } | { readonly jobs: readonly StageJob[] };

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
