import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import { isFloat } from '#core/elements/dtype.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { openMatrix } from '#support/open-matrix.ts';

/** What SciPy's `tocsr()` makes of a file, in canonical form; `make.py` wrote it. */
interface Expected {
  readonly id: string;
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: string;
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  /** Each value as Python's `repr` prints it. */
  readonly data: readonly string[];
}

function fixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    readFileSync(new URL(`../../../../fixtures/entries/${name}`, import.meta.url)),
  );
}

const CASES = JSON.parse(new TextDecoder().decode(fixture('expected.json'))) as readonly Expected[];

/** As Python prints them; the floats of the fixtures are short. */
function toReprs(data: CsrData, dtype: string): string[] {
  if (dtype === 'bool') return Array.from(data as Uint8Array, (bit) => (bit ? 'True' : 'False'));
  return Array.from(data as ArrayLike<number | bigint>, (value) => {
    if (!isFloat(dtype as 'float64') || typeof value === 'bigint') return String(value);
    if (Number.isNaN(value)) return 'nan';
    if (!Number.isFinite(value)) return 'inf';
    const text = Object.is(value, -0) ? '-0' : String(value);
    return text.includes('.') ? text : `${text}.0`;
  });
}

test('the fixtures have 34 matrices', () => {
  expect(CASES).toHaveLength(34);
});

test.each(CASES)('$id is converted to what tocsr() makes of it', async ({ id, ...expected }) => {
  const { matrix } = await openMatrix(memorySource(fixture(`${id}.npz`), id));
  const rows = { rowStart: 0, rowEnd: matrix.shape[0] };
  const slices = await Array.fromAsync(readSlices(matrix, rows));
  expect(slices).toHaveLength(1);
  const { indptr, indices, data } = slices[0]!;
  expect({
    shape: matrix.shape,
    dtype: matrix.dtype,
    indptr: Array.from(indptr),
    indices: Array.from(indices),
    data: toReprs(data, expected.dtype),
  }).toEqual(expected);
});
