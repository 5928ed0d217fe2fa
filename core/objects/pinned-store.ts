import type { ObjectStore } from './object-store.ts';
import type { SourcePin } from './source-pin.ts';

/**
 * A store that finds the objects of `pins` as they were pinned, whatever lies there now.
 * Other objects are found as they are.
 */
export function pinnedStore(store: ObjectStore, pins: readonly SourcePin[]): ObjectStore {
  const known = new Map(pins.map((pin) => [pin.uri, pin]));
  return {
    ...store,
    pin: async (uri, versionId) => known.get(uri) ?? (await store.pin(uri, versionId)),
    async *list(prefix) {
      const uris = [...known.keys()].filter((uri) => uri.startsWith(prefix));
      for (const uri of uris.sort()) yield known.get(uri)!;
    },
    pinVersions: async (listed) => listed,
  };
}
