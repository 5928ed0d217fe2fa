import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import { readIndptr } from '#core/sparse/read-indptr.ts';
import { type PlainCsr, writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const SOME: PlainCsr = {
  shape: [3, 5],
  dtype: 'int8',
  indptr: [0, 2, 2, 3],
  indices: [0, 4, 1],
  data: [1, 2, 3],
};
const NONE: PlainCsr = { ...SOME, shape: [0, 5], indptr: [0], indices: [], data: [] };

/** Matrices as parts of one, whose rows follow each other. */
async function stackOf(matrices: readonly PlainCsr[]) {
  const opened = await Promise.all(
    matrices.map((each) => openMatrix(memorySource(writeNpz(each), 'x.npz'))),
  );
  let rows = 0;
  const parts = opened.map(({ matrix }) => {
    const placed = { ...matrix.parts[0]!, rowStart: rows };
    rows += matrix.shape[0];
    return placed;
  });
  const nnz = opened.reduce((sum, { matrix }) => sum + matrix.nnz, 0);
  return { ...opened[0]!.matrix, shape: [rows, 5] as const, nnz, parts };
}

describe.each([
  ['in the middle', [SOME, NONE, SOME], 6],
  ['several', [SOME, NONE, NONE, SOME, SOME], 9],
  ['first', [NONE, SOME], 3],
  ['last', [SOME, NONE], 3],
  ['alone', [NONE, NONE], 0],
] as const)('parts without rows: %s', (_, matrices, rows) => {
  it('add no element to indptr, and no band', async () => {
    const bands = await Array.fromAsync(readIndptr(await stackOf(matrices)));
    expect(bands.every(({ length }) => length > 0)).toBe(true);
    const ends = Array.from({ length: rows / 3 }, (__, at) => [2, 2, 3].map((end) => 3 * at + end));
    expect(bands.flatMap((band) => [...band])).toEqual([0, ...ends.flat()]);
  });

  it.each([1, 2, 100])('are planned in chunks of %s rows', async (perChunk) => {
    const options = { output: PLAIN_CSV, chunking: { rows: perChunk } };
    const chunks = await Array.fromAsync(planChunks(await stackOf(matrices), options));
    const bounds = [0, ...chunks.map(({ rowEnd }) => rowEnd)];
    expect(chunks.map(({ rowStart }) => rowStart)).toEqual(bounds.slice(0, -1));
    expect(bounds.at(-1)).toBe(rows);
  });
});
