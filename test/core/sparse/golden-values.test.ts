import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { RowRange } from '#core/contract.ts';
import type { DType } from '#core/elements/dtype.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { rowsOf } from '#support/csr-arbitrary.ts';
import { goldenBytes, goldenPath, storedCsrCases } from '#support/golden.ts';
import { openMatrix } from '#support/open-matrix.ts';

type Cell = number | bigint;

/** The value that a cell of pandas' text stands for. */
function parseCell(text: string, dtype: DType): Cell {
  if (dtype === 'bool') return text === 'True' ? 1 : 0;
  if (dtype === 'int64' || dtype === 'uint64') return BigInt(text);
  if (text === '' || text === '""') return Number.NaN;
  return Number(text.replace('inf', 'Infinity'));
}

function parseRows(text: string, dtype: DType): Cell[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split(',').map((cell) => parseCell(cell, dtype)));
}

async function readDense(file: string, chunks: readonly RowRange[]) {
  const source = memorySource(goldenBytes(file));
  const { matrix } = await openMatrix(source);
  const zero = matrix.dtype.endsWith('int64') ? 0n : 0;
  const dense: Cell[][] = [];
  for (const rows of chunks) {
    for await (const slice of readSlices(matrix, rows, { sliceBytes: 200 })) {
      for (const entries of rowsOf([slice])) {
        const cells: Cell[] = new Array(matrix.shape[1]).fill(zero);
        for (const [column, value] of entries) cells[column] = value;
        dense.push(cells);
      }
    }
  }
  return { dense, dtype: matrix.dtype };
}

it.each(storedCsrCases.filter(({ shape }) => shape[1] > 0))(
  'reads the values of $id as pandas prints them, whole and by chunk',
  async ({ file, shape, contract }) => {
    const chunks = contract.typed.chunks.map(({ rows: [rowStart, rowEnd] }) => ({
      rowStart,
      rowEnd,
    }));
    const whole = await readDense(file, [{ rowStart: 0, rowEnd: shape[0] }]);
    const text = readFileSync(goldenPath(contract.typed.file), 'utf8');
    expect(whole.dense).toEqual(parseRows(text, whole.dtype));
    expect((await readDense(file, chunks)).dense).toEqual(whole.dense);
  },
);

it('reads rows without columns', async () => {
  const { dense } = await readDense('inputs/cols-0.npz', [{ rowStart: 0, rowEnd: 7 }]);
  expect(dense).toEqual(new Array(7).fill([]));
});
