import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { type Inflater, takeInflater } from './inflater.ts';

/**
 * A little more than the longest header of a block. In a file of small arrays one read of 1 KiB has
 * all that is needed.
 */
const FIRST_BYTES = 896;

/** Bound of what is read. Even a npy header of 10 kB that does not compress takes far less. */
const MAX_COMPRESSED_BYTES = 64 * 1024;

/**
 * Inflates the bytes that were put, until `head` is full. Returns how many bytes of it are written.
 */
function inflateInto(head: Uint8Array, inflater: Inflater, had: number): number {
  let have = had;
  for (;;) {
    const stop = inflater.step();
    const output = inflater.output.subarray(0, head.length - have);
    head.set(output, have);
    have += output.length;
    if (have === head.length || stop !== 'output') return have;
  }
}

/**
 * Inflates the first `length` bytes of a deflated stream that lies in a range of `source`.
 *
 * One read of 896 bytes is enough for about 300 bytes. Where it is not, each further read doubles
 * what has been read, up to 64 KiB in all.
 *
 * @param name of the stream, for messages.
 * @throws {CorruptSourceError} the stream is damaged or too short.
 * @throws {UnsupportedSourceError} the engine has no WebAssembly.
 */
export async function inflateHead(
  source: ByteSource,
  { offset, length: compressedBytes }: ByteRange,
  length: number,
  name = 'a compressed part',
): Promise<Uint8Array<ArrayBuffer>> {
  const where = `${name} of ${source.uri}`;
  const head = new Uint8Array(length);
  const limit = Math.min(compressedBytes, MAX_COMPRESSED_BYTES);
  const inflater = takeInflater();
  let have = 0;
  try {
    inflater.start({ where, compressedBytes, bit: 0, window: new Uint8Array() });
    for (let at = 0, end = FIRST_BYTES; at < limit && have < length; at = end, end *= 2) {
      end = Math.min(end, limit);
      inflater.put(await source.read({ offset: offset + at, length: end - at }));
      have = inflateInto(head, inflater, have);
    }
  } finally {
    inflater.close();
  }
  if (have === length) return head;
  throw new CorruptSourceError(
    `${where} holds ${have} bytes in its first ${limit} compressed ones, expected at least ${length}; copy or save the file again`,
  );
}
