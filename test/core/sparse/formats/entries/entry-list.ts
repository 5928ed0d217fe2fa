import fc from 'fast-check';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { EntryCut } from '#core/sparse/formats/entries/entry-cut.ts';
import type { StoredArray } from '#core/sparse/matrix.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import { type CountingSource, withCounting } from '#support/counting-source.ts';

/** An array whose reads are counted. */
export interface CountedArray extends StoredArray {
  readonly source: CountingSource;
}

/** Little-endian arrays in memory. */
export function storedArray(
  values: readonly number[],
  dtype: 'int8' | 'int32' | 'int64' | 'float64',
): CountedArray {
  const arrays = { int8: Int8Array, int32: Int32Array, float64: Float64Array };
  const elements =
    dtype === 'int64' ? BigInt64Array.from(values, BigInt) : arrays[dtype].from(values);
  const source = withCounting(memorySource(new Uint8Array(elements.buffer), `${dtype} array`));
  return { source, offset: 0, length: values.length, dtype, bigEndian: false };
}

/** One entry: row, column and value. */
export type Entry = readonly [row: number, column: number, value: number];

/** Every entry of all segments, one after the other; the batches are checked to be small. */
export async function listEntries(
  source: EntrySource,
  batchEntries = Number.POSITIVE_INFINITY,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let segment = 0; segment < source.segments; segment++) {
    for await (const { rows, columns, data } of source.readSegment(segment)) {
      if (rows.length > batchEntries) throw new Error(`a batch of ${rows.length} entries`);
      if (columns.length !== rows.length || data.length !== rows.length) {
        throw new Error('arrays of different lengths');
      }
      for (const [i, row] of rows.entries()) entries.push([row, columns[i]!, Number(data[i])]);
    }
  }
  return entries;
}

/** Any way to cut a small source. */
export const anyCut: fc.Arbitrary<Required<EntryCut>> = fc.record({
  segmentEntries: fc.integer({ min: 1, max: 30 }),
  batchEntries: fc.integer({ min: 1, max: 10 }),
});

export const anyIndexType = fc.constantFrom('int32' as const, 'int64' as const);
