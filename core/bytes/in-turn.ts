import type { ByteSource } from './byte-source.ts';

/**
 * Makes the reads of a source one after the other, even if several are requested at the same time.
 * It is for a source where a read costs least when it begins where the last one ended. After a
 * failed read the next one is made all the same.
 */
export function inTurn(source: ByteSource): ByteSource {
  let last: Promise<unknown> = Promise.resolve();
  return {
    uri: source.uri,
    size: source.size,
    etag: source.etag,
    read(range) {
      const read = last.then(() => source.read(range));
      last = read.catch(() => {});
      return read;
    },
  };
}
