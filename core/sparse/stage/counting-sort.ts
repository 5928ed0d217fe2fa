import { BoundExceededError } from '#core/errors.ts';

/** A run of entries: the small integers by which they are sorted, and the other fields. */
export interface KeyedEntries {
  readonly keys: Int32Array;
  /** One array per field, with items of the sizes in {@link Sorting}. */
  readonly fields: readonly Uint8Array[];
}

/** Entries to be sorted. They can be read several times, always in the same order. */
export interface Sorting {
  /** Bytes of an item, for each field: 1, 2, 4 or 8. */
  readonly fieldBytes: readonly number[];
  replay(): AsyncIterable<KeyedEntries>;
}

/** A run of the sorted entries: `[start, end)`. */
export interface SortedRun {
  readonly start: number;
  readonly end: number;
}

type Words = Uint8Array | Uint16Array | Uint32Array;

/** Positions are int32. */
const MAX_ENTRIES = 2 ** 31 - 1;

/** A view of the bytes in words as wide as an item; items of 8 bytes are two words. */
function toWords({ buffer, byteOffset, byteLength }: Uint8Array, itemBytes: number): Words {
  if (itemBytes === 1) return new Uint8Array(buffer, byteOffset, byteLength);
  if (itemBytes === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** Copies items of one word to their positions. Skips those of other runs. */
function placeWords(to: Words, from: Words, positions: Int32Array): void {
  for (let i = 0; i < positions.length; i++) {
    const at = positions[i]!;
    if (at >= 0 && at < to.length) to[at] = from[i]!;
  }
}

/** Copies items of two words. Words keep every bit; as a double, a NaN could lose its payload. */
function placePairs(to: Words, from: Words, positions: Int32Array): void {
  for (let i = 0; i < positions.length; i++) {
    const at = 2 * positions[i]!;
    if (at < 0 || at >= to.length) continue;
    to[at] = from[2 * i]!;
    to[at + 1] = from[2 * i + 1]!;
  }
}

/**
 * Position of each entry in the run that begins at `start`. It is negative or too large if the
 * entry belongs to another run.
 */
function takePositions(keys: Int32Array, next: Int32Array, start: number): Int32Array {
  const positions = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    const at = next[key]!;
    next[key] = at + 1;
    positions[i] = at - start;
  }
  return positions;
}

/**
 * Counts the entries of each key. The result is where each key begins in sorted order: `keyCount +
 * 1` positions, of which the last is the number of entries.
 *
 * @param where name of the entries in messages.
 * @throws {BoundExceededError} there are more than 2^31 - 1.
 */
export async function countKeys(
  batches: AsyncIterable<Int32Array>,
  keyCount: number,
  where: string,
): Promise<Int32Array> {
  const starts = new Int32Array(keyCount + 1);
  let entries = 0;
  for await (const keys of batches) {
    entries += keys.length;
    if (entries > MAX_ENTRIES) {
      throw new BoundExceededError(
        `${where} holds more than ${MAX_ENTRIES} entries, which one function cannot sort; sum duplicates or split the matrix`,
      );
    }
    for (let i = 0; i < keys.length; i++) starts[keys[i]! + 1]!++;
  }
  for (let key = 0; key < keyCount; key++) starts[key + 1]! += starts[key]!;
  return starts;
}

/**
 * Reads all entries and returns, in sorted order, those of one run of the sorted whole. Entries of
 * equal keys stay in the order in which they are read. So all entries can be sorted run by run,
 * even if one key has very many of them.
 *
 * One pass over the entries. Holds the run, and 4 bytes per key.
 */
export async function sortRun(
  { fieldBytes, replay }: Sorting,
  starts: Int32Array,
  { start, end }: SortedRun,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const sorted = fieldBytes.map((bytes) => new Uint8Array((end - start) * bytes));
  const next = starts.slice();
  for await (const { keys, fields } of replay()) {
    const positions = takePositions(keys, next, start);
    for (const [i, bytes] of fieldBytes.entries()) {
      const place = bytes === 8 ? placePairs : placeWords;
      place(toWords(sorted[i]!, bytes), toWords(fields[i]!, bytes), positions);
    }
  }
  return sorted;
}
