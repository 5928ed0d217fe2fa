/** A run of bytes: `offset <= byte < offset + length`. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * One immutable object that is read by byte range: in memory, in a file or in S3.
 *
 * The version is pinned when the source is opened: every later read sees those bytes or fails.
 */
export interface ByteSource {
  /** `s3://bucket/key`, a path, or a name for messages. */
  readonly uri: string;
  /** Length in bytes. */
  readonly size: number;
  /** Names this version of the bytes; without quotes. */
  readonly etag: string;
  /**
   * Reads exactly `length` bytes in one request; none at all for a length of 0.
   *
   * The result owns its buffer and starts at its byte 0, so typed arrays can be laid over it.
   *
   * @throws {CorruptSourceError} the range passes the end of the object.
   * @throws {SourceChangedError} the object is no longer the pinned version.
   */
  read(range: ByteRange): Promise<Uint8Array<ArrayBuffer>>;
}
