import type { S3Client } from '#aws/clients/s3.ts';

/** The buckets of a cloud, and a client that reaches them. */
export interface JobPlace {
  readonly s3: S3Client;
  readonly sourceBucket: string;
  readonly outputBucket: string;
  /** Key of the source, or of the folder that holds its objects; no other run has it. */
  readonly key: string;
}

/** What a run may find at its source. */
export interface SourceVersion {
  /** Rows that the manifest then has. */
  readonly rows: number;
  /** What the manifest lists, in order; see `end-state.ts`. */
  expectedText(): Promise<Buffer>;
  /** Of rows of a database: whether a run that comes after, and has no manifest, may show these. */
  mayShow?(content: Buffer): boolean;
}

/** A version of the source that was put, and the run that a request then stands for. */
export interface BoundVersion {
  readonly etag: string;
  readonly runId: string;
  /** Of the output. */
  readonly prefix: string;
  readonly version: SourceVersion;
}

/** What executions of a run are started with, and what must come of it. */
export interface Job {
  request(place: JobPlace): object;
  /** Puts the first version of the source, or the one that takes its place. */
  put(place: JobPlace, which: 'first' | 'second'): Promise<BoundVersion>;
  /** A request that must have succeeded before, whose output the run appends to or replaces. */
  readonly base?: {
    request(place: JobPlace): object;
    put(place: JobPlace): Promise<BoundVersion>;
  };
}
