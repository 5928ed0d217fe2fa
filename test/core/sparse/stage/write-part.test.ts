import { expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';
import { MAX_ROW_BYTES } from '#core/sparse/read-slices.ts';
import { type PartEntries, writePart } from '#core/sparse/stage/write-part.ts';

/** Entries of so many in each row, in the order of the rows; every value is the entry's number. */
function partOf(rows: readonly number[], change: Partial<PartEntries> = {}): PartEntries {
  const keys = Int32Array.from(rows.flatMap((count, row) => Array<number>(count).fill(row)));
  const numbers = new Uint8Array(Int32Array.from(keys.keys()).buffer);
  return {
    part: 3,
    uri: 'x.mtx',
    rowStart: 100,
    rows: rows.length,
    dtype: 'int32',
    async *readRows() {
      yield keys;
    },
    async *readEntries() {
      yield { keys, fields: [numbers, numbers] };
    },
    ...change,
  };
}

async function arrays(entries: PartEntries, runEntries: number) {
  const staged = memoryStageStore();
  await writePart(entries, staged, runEntries);
  const read = (name: string) => staged.objects.get(`csr/000003/${name}.npy`)?.slice(128);
  const [indptr, indices, data] = ['indptr', 'indices', 'data'].map(read);
  return {
    indptr: new BigInt64Array(indptr!.buffer),
    indices: new Int32Array(indices!.buffer),
    data: new Int32Array(data!.buffer),
  };
}

it('writes pointers of many rows as int64, those of the second MiB too', async () => {
  const rows = 300_000;
  const { indptr } = await arrays(partOf(Array<number>(rows).fill(1)), 1 << 20);
  expect(indptr).toHaveLength(rows + 1);
  for (const row of [0, 1, 131_071, 131_072, 131_073, 262_143, 262_144, 262_145, rows])
    expect(indptr[row]).toBe(BigInt(row));
});

it.each([1, 2, 3, 4, 5, 100])('writes the same arrays in runs of %i entries', async (run) => {
  expect(await arrays(partOf([2, 0, 3]), run)).toEqual({
    indptr: BigInt64Array.of(0n, 2n, 2n, 5n),
    indices: Int32Array.of(0, 1, 2, 3, 4),
    data: Int32Array.of(0, 1, 2, 3, 4),
  });
});

it('reads the entries once where they are one run, and twice for each of more runs', async () => {
  for (const [run, passes] of [
    [5, 1],
    [6, 1],
    [4, 4],
    [1, 10],
  ] as const) {
    let read = 0;
    const entries = partOf([2, 0, 3]);
    const counted = partOf([2, 0, 3], {
      readEntries() {
        read += 1;
        return entries.readEntries();
      },
    });
    await arrays(counted, run);
    expect(read, `runs of ${run}`).toBe(passes);
  }
});

it('fails on a row that no writer could read, by its number in the matrix', async () => {
  const most = Math.floor(MAX_ROW_BYTES / 8);
  // Only how many there are of each row is looked at before a row is refused.
  async function* rowsOf(count: number) {
    for (let left = count; left > 0; left -= 2 ** 20)
      yield new Int32Array(Math.min(left, 2 ** 20)).fill(1);
  }
  const long = (count: number) =>
    partOf([0, 0, 0], {
      readRows: () => rowsOf(count),
      readEntries: () => {
        throw new Error('the row was let pass');
      },
    });
  const writing = writePart(long(most + 1), memoryStageStore(), 10);
  await expect(writing).rejects.toThrow(BoundExceededError);
  await expect(writePart(long(most + 1), memoryStageStore(), 10)).rejects.toThrow(
    `row 101 of x.mtx takes ${8 * (most + 1)} bytes of indices and data, allowed are ${MAX_ROW_BYTES}`,
  );
  await expect(writePart(long(most), memoryStageStore(), 10)).rejects.toThrow('was let pass');
});
