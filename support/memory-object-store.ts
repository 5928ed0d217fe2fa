import { crc32 } from 'node:zlib';
import { memorySource } from '#core/bytes/memory-source.ts';
import { SourceNotFoundError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';

/** Objects of a source in memory, by their URIs. */
export function memoryObjectStore(objects: Readonly<Record<string, Uint8Array>>): ObjectStore {
  const open = (uri: string) => {
    const bytes = objects[uri];
    if (bytes === undefined) throw new SourceNotFoundError(`${uri} does not exist`);
    return memorySource(bytes, uri);
  };
  const pin = (uri: string): SourcePin => {
    const { etag, size } = open(uri);
    return { uri, etag, versionId: null, size };
  };
  return {
    pin: async (uri) => pin(uri),
    async *list(prefix) {
      const uris = Object.keys(objects).filter((uri) => uri.startsWith(prefix));
      for (const uri of uris.sort()) yield pin(uri);
    },
    open: ({ uri }) => open(uri),
    crc32: async ({ uri }) => crc32(objects[uri]!),
  };
}
