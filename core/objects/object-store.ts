import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { SourcePin } from './source-pin.ts';

/** Where the objects of a source come from: a bucket, or the files of a folder. */
export interface ObjectStore {
  /**
   * Finds the version of one object that later reads are bound to.
   *
   * @throws {SourceNotFoundError} there is none.
   */
  pin(uri: string, versionId?: string): Promise<SourcePin>;
  /** Pins all objects whose URI begins with `prefix`, which ends with a slash, in the order of their keys. */
  list(prefix: string): AsyncGenerator<SourcePin>;
  /** Opens a pinned object; nothing is read. */
  open(pin: SourcePin): ByteSource;
}
