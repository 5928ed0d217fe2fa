import type { ByteSource } from '#core/bytes/byte-source.ts';
import { type DeflatedSize, readCheckpoints } from '#core/containers/deflate/seek-index.ts';

/** Where bytes of a text lie in the object that stores it. */
export interface TextPlaces {
  /** Byte of the text at a byte of the object. */
  textAt(stored: number): number;
  /** Byte of the object at a byte of the text; only the end of the text is its end. */
  storedAt(text: number): number;
}

/** Places in a text that is stored as it is. */
export const PLAIN_PLACES: TextPlaces = { textAt: (stored) => stored, storedAt: (text) => text };

interface Pair {
  readonly stored: number;
  readonly text: number;
}

/** What lies between two known pairs is taken to be compressed evenly. */
function between(known: readonly Pair[], from: keyof Pair, at: number): number {
  const to = from === 'text' ? 'stored' : 'text';
  const index = Math.max(
    1,
    known.findIndex((pair) => pair[from] > at),
  );
  const [before, behind] = [known[index - 1]!, known[index]!];
  const share = (at - before[from]) / Math.max(1, behind[from] - before[from]);
  return Math.floor(before[to] + share * (behind[to] - before[to]));
}

/**
 * Places in a gzip text, by the checkpoints of its seek index: exact there, and at most as far off
 * in between as these are apart. One read of at most 25 kB.
 *
 * @throws {CorruptSourceError} the index is damaged, or of another text.
 */
export async function openPlaces(index: ByteSource, sizes: DeflatedSize): Promise<TextPlaces> {
  const { compressedBytes, bytes: textBytes } = sizes;
  const checkpoints = await readCheckpoints(index, sizes);
  const known: Pair[] = checkpoints.map(({ bit, offset }) => ({
    stored: Math.floor(bit / 8),
    text: offset,
  }));
  known.push({ stored: compressedBytes, text: textBytes });
  return {
    textAt: (stored) => (stored >= compressedBytes ? textBytes : between(known, 'stored', stored)),
    storedAt: (text) => (text >= textBytes ? compressedBytes : between(known, 'text', text)),
  };
}
