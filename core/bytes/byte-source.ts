/** A run of bytes: `offset <= byte < offset + length`. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * One immutable object that is read by byte range: in memory, in a file or in S3.
 *
 * The version is pinned when the source is opened: every later read returns bytes of that version
 * or fails.
 */
export interface ByteSource {
  /** `s3://bucket/key`, a path, or a name for messages. */
  readonly uri: string;
  /** Length in bytes. */
  readonly size: number;
  /** Identifies this version of the bytes; without quotes. */
  readonly etag: string;
  /**
   * Reads exactly `length` bytes in one request; a length of 0 makes no request.
   *
   * The result owns its buffer and starts at byte 0 of it, so a typed array can be a view of it.
   *
   * @throws {CorruptSourceError} the range passes the end of the object.
   * @throws {SourceChangedError} the object is no longer the pinned version.
   */
  read(range: ByteRange): Promise<Uint8Array<ArrayBuffer>>;
}
