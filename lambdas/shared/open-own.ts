import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';

/**
 * Opens an object of this deployment, which is created once. Its ETag pins it: the roles may read
 * the objects of an output, but no versions of them.
 *
 * @throws {SourceNotFoundError} there is none.
 */
export async function openOwn(store: ObjectStore, uri: string): Promise<ByteSource> {
  return store.open({ ...(await store.pin(uri)), versionId: null });
}
