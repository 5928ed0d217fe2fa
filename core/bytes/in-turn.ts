import type { ByteSource } from './byte-source.ts';

/**
 * Does the reads of a source one after the other, however many are asked for at once: for a source that
 * reads cheapest where the read before has ended. A read that failed does not keep the next one from its turn.
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
