import type { Manifest, ManifestHead } from '#core/manifest/manifest.ts';

/** An object or a file below an output. */
export interface KeptObject {
  /** Below the output, such as `data/chunk-000042.csv`. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/** An output whose owner can remove what nothing lists any more, in S3 or in a directory. */
export interface PrunableOutput {
  /** S3 URI or path, for messages. */
  readonly name: string;
  /** @throws {ManifestError} nothing is complete there. */
  latest(): Promise<ManifestHead>;
  /** The latest manifest with all that it links. Holds it. */
  whole(): Promise<Manifest>;
  /** Text of an object; undefined when it is not there. */
  read(key: string): Promise<string | undefined>;
  /** Creates an object. @throws {OutputConflictError} another one is there. */
  create(key: string, text: string): Promise<void>;
  /** What lies in the folders of chunks. */
  list(): AsyncIterable<KeptObject>;
  /** Removes up to 1,000 objects; one that is gone is no failure. */
  remove(keys: readonly string[]): Promise<void>;
}
