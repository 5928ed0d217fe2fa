import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { SourcePin } from './source-pin.ts';

/** A staged object: where it is, and its bytes. */
export interface StagedObject {
  readonly pin: SourcePin;
  readonly source: ByteSource;
}

/**
 * What has been prepared once from one version of a source, for writers to read: a folder of
 * `_staged/` in the output bucket, or a folder on this machine. Objects are create-only.
 */
export interface StageStore {
  /** Opens `name`, such as `index/data.idx`. @returns undefined when it has not been made yet. */
  open(name: string): Promise<StagedObject | undefined>;
  /**
   * Opens everything whose name begins with `prefix`, such as `scan/`, by name and in the order of names.
   * One request a thousand objects, none of them read: it tells at once which jobs of a round are done.
   */
  list(prefix: string): Promise<ReadonlyMap<string, StagedObject>>;
  /**
   * Writes `name` from pieces of any length; it appears whole or not at all. Equal bytes that are
   * there already are fine. A piece may be reused by the caller once the next one is asked for.
   *
   * @throws {OutputConflictError} other bytes lie there.
   */
  create(name: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
}
