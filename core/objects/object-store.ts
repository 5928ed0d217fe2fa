import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { SourcePin } from './source-pin.ts';

/** The place that holds the objects of a source: a bucket, or a folder of files. */
export interface ObjectStore {
  /**
   * Finds the version of one object, which all later reads are bound to: the one that is named,
   * else the newest.
   *
   * @throws {SourceNotFoundError} there is no such object, or it was deleted.
   */
  pin(uri: string, versionId?: string): Promise<SourcePin>;
  /** Pins all objects below `prefix`, which ends with a slash, in the order of their keys. */
  list(prefix: string): AsyncGenerator<SourcePin>;
  /**
   * Gives listed objects the versions that they have now, where they have any: a list does not say.
   * Absent where objects never have versions.
   *
   * @throws {SourceNotFoundError} an object was deleted since it was listed.
   */
  pinVersions?(listed: readonly SourcePin[]): Promise<readonly SourcePin[]>;
  /** Opens a pinned object; reads nothing. */
  open(pin: SourcePin): ByteSource;
  /**
   * CRC-32 of all bytes of a pinned object; undefined, or absent, where the store does not know it.
   * S3 is asked by one HEAD request; a file is read once.
   */
  crc32?(pin: SourcePin): Promise<number | undefined>;
}
