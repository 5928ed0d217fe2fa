import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { SourcePin } from './source-pin.ts';

/** A staged object: its pin and its bytes. */
export interface StagedObject {
  readonly pin: SourcePin;
  readonly source: ByteSource;
}

/**
 * What Stage has prepared, once, from one version of a source, and writers read: a folder below
 * `_staged/` in the output bucket, or a folder on this machine. Objects are create-only.
 */
export interface StageStore {
  /** Opens `name`, such as `index/data.idx`. @returns undefined when it has not been made yet. */
  open(name: string): Promise<StagedObject | undefined>;
  /**
   * Lists and opens all objects whose names begin with `prefix`, such as `scan/`, in the order of
   * their names. One request per thousand objects; no object is read. The names alone show which
   * jobs of a round are done.
   */
  list(prefix: string): Promise<ReadonlyMap<string, StagedObject>>;
  /**
   * Writes `name` from pieces of any length; it appears whole or not at all. It is no error if an
   * object with the same bytes is there already. The caller may reuse the memory of a piece when
   * the next one is requested.
   *
   * @throws {OutputConflictError} an object with other bytes is there.
   */
  create(name: string, pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<void>;
}
