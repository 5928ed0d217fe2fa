/** The version of a source that a run is bound to: every read is made on condition that it is still this one. */
export interface SourcePin {
  /** `s3://bucket/key`, or `s3://bucket/prefix/` of a source of several objects. */
  readonly uri: string;
  /** Without quotes; of several objects the first 128 bits of SHA-256 over all their pins. */
  readonly etag: string;
  readonly versionId: string | null;
  /** Bytes; of several objects the sum. */
  readonly size: number;
}
