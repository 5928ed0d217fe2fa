import { expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { findEntryRanges } from '#core/sparse/entry-ranges.ts';
import { withCounting } from '#support/counting-source.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';

const file = writeNpz({
  shape: [4, 9],
  dtype: 'int16',
  indptr: [0, 2, 2, 3, 5],
  indices: [0, 8, 4, 1, 7],
  data: [10, 20, 30, 40, 50],
});

test.each([
  [{ rowStart: 0, rowEnd: 4 }, [0, 8, 4, 1, 7], [10, 20, 30, 40, 50]],
  [{ rowStart: 1, rowEnd: 3 }, [4], [30]],
  [{ rowStart: 3, rowEnd: 4 }, [1, 7], [40, 50]],
  [{ rowStart: 1, rowEnd: 2 }, [], []],
])('the bytes of rows %j hold their columns and values', async (rows, indices, data) => {
  const source = withCounting(memorySource(file, 's3://b/x.npz'));
  const { matrix } = await openMatrix(source);
  const before = source.reads.length;
  const ranges = await findEntryRanges(matrix, rows);
  expect(source.reads.length - before).toBe(2);
  const bytesAt = ({ offset, length }: { offset: number; length: number }) =>
    file.slice(offset, offset + length).buffer;
  expect([...new Int32Array(bytesAt(ranges!.indices))]).toEqual(indices);
  expect([...new Int16Array(bytesAt(ranges!.data))]).toEqual(data);
});

test('fails on a bound beyond the entries stored', async () => {
  const source = memorySource(file, 's3://b/x.npz');
  const { matrix } = await openMatrix(source);
  const { rowStart, part } = matrix.parts[0]!;
  const short = { ...part, data: { ...part.data, length: 4 } };
  const parts = [{ rowStart, part: short }];
  await expect(findEntryRanges({ ...matrix, parts }, { rowStart: 0, rowEnd: 4 })).rejects.toThrow(
    CorruptSourceError,
  );
});
