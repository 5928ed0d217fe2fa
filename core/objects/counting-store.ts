import type { ByteSource } from '#core/bytes/byte-source.ts';
import type { ObjectStore } from './object-store.ts';

/** Objects of a page of a list in S3. */
const PAGE = 1_000;

/** Requests that a store was asked for, as S3 would bill them. */
export class RequestCount {
  /** GET and HEAD. */
  gets = 0;
  lists = 0;
}

function countedSource(source: ByteSource, count: RequestCount): ByteSource {
  return {
    ...{ uri: source.uri, size: source.size, etag: source.etag },
    read(range) {
      if (range.length > 0) count.gets += 1;
      return source.read(range);
    },
  };
}

async function* countedList(
  objects: ReturnType<ObjectStore['list']>,
  count: RequestCount,
): ReturnType<ObjectStore['list']> {
  let seen = 0;
  for await (const pin of objects) {
    if (seen % PAGE === 0) count.lists += 1;
    seen += 1;
    yield pin;
  }
}

/** A store that counts what it is asked for: reads of nothing are no requests. */
export function countingStore(store: ObjectStore, count: RequestCount): ObjectStore {
  const { pinVersions, crc32 } = store;
  return {
    pin(uri, versionId) {
      count.gets += 1;
      return store.pin(uri, versionId);
    },
    list: (prefix) => countedList(store.list(prefix), count),
    open: (pin) => countedSource(store.open(pin), count),
    ...(pinVersions && {
      pinVersions(listed) {
        count.gets += listed.length;
        return pinVersions.call(store, listed);
      },
    }),
    ...(crc32 && {
      crc32(pin) {
        count.gets += 1;
        return crc32.call(store, pin);
      },
    }),
  };
}
