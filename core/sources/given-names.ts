import { digest128 } from '#core/objects/digest.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { fileNames } from '#core/sparse/names/file-names.ts';
import type { Names } from '#core/sparse/names.ts';

/** Names that a request gives, bound to one version of them. */
export interface GivenNames {
  readonly names: Names;
  /** Of the object with them, if they are in one. */
  readonly pin?: SourcePin;
  /** What the run id says of them. */
  readonly identity: Readonly<Record<string, unknown>>;
}

/**
 * Binds the names of a request to what they are now. Sends one HEAD for those in an object.
 *
 * @param asked the names, or the URI of an object with them.
 * @throws {SourceNotFoundError} the object does not exist.
 */
export async function bindNames(
  asked: string | readonly string[],
  store: ObjectStore,
): Promise<GivenNames> {
  if (typeof asked === 'string') {
    const pin = await store.pin(asked);
    const { uri, etag, versionId } = pin;
    return { names: fileNames(store.open(pin)), pin, identity: { uri, etag, versionId } };
  }
  const names: Names = {
    uri: 'source.columnNames',
    async *read() {
      yield asked;
    },
  };
  return { names, identity: { digest: await digest128(JSON.stringify(asked)) } };
}
