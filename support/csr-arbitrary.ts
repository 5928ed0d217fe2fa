import fc from 'fast-check';
import type { DType } from '#core/elements/dtype.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { PlainCsr } from './npz/write-npz.ts';

/** One stored entry: its column and its value. */
export type Entry = readonly [column: number, value: number | bigint];

function intOf(bits: number, isSigned: boolean): fc.Arbitrary<number> {
  if (isSigned) return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
  return fc.integer({ min: 0, max: 2 ** bits - 1 });
}

/** Values of each dtype as they may be stored. */
const VALUES: Readonly<Record<DType, fc.Arbitrary<number | bigint>>> = {
  bool: fc.integer({ min: 0, max: 1 }),
  int8: intOf(8, true),
  int16: intOf(16, true),
  int32: intOf(32, true),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint8: intOf(8, false),
  uint16: intOf(16, false),
  uint32: intOf(32, false),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  float16: fc.float().map((value) => Math.f16round(value)),
  float32: fc.float(),
  float64: fc.double(),
};

/** Random CSR matrices of a dtype: rows unsorted and with duplicates, some of them empty. */
export function csrArbitrary(dtype: DType): fc.Arbitrary<PlainCsr> {
  return fc.integer({ min: 1, max: 12 }).chain((columns) => {
    const entry = fc.tuple(fc.nat(columns - 1), VALUES[dtype]);
    return fc.array(fc.array(entry, { maxLength: 9 }), { maxLength: 20 }).map((rows) => {
      const entries = rows.flat();
      const indptr = [0];
      for (const row of rows) indptr.push((indptr.at(-1) ?? 0) + row.length);
      return {
        shape: [rows.length, columns],
        dtype,
        indptr,
        indices: entries.map(([column]) => column),
        data: entries.map(([, value]) => value),
      };
    });
  });
}

/** The sum of two entries of one cell, as NumPy's documentation defines it. */
function addAs(dtype: DType, a: number | bigint, b: number | bigint): number | bigint {
  if (typeof a === 'bigint' || typeof b === 'bigint') {
    const sum = BigInt(a) + BigInt(b);
    return dtype === 'int64' ? BigInt.asIntN(64, sum) : BigInt.asUintN(64, sum);
  }
  if (dtype === 'bool') return a !== 0 || b !== 0 ? 1 : 0;
  if (dtype === 'float64') return a + b;
  if (dtype === 'float32') return Math.fround(a + b);
  if (dtype === 'float16') return Math.f16round(a + b);
  const bits = Number(dtype.replace(/\D/g, ''));
  const sum = BigInt(a + b);
  return Number(dtype.startsWith('u') ? BigInt.asUintN(bits, sum) : BigInt.asIntN(bits, sum));
}

/**
 * What reading must give, row by row. Computed the simple way: one map per row, duplicates in
 * stored order.
 */
export function canonicalRows({ indptr, indices, data, dtype }: PlainCsr): Entry[][] {
  return indptr.slice(1).map((end, row) => {
    const cells = new Map<number, number | bigint>();
    for (let k = indptr[row] ?? 0; k < end; k++) {
      const column = indices[k] ?? 0;
      const before = cells.get(column);
      const value = data[k] ?? 0;
      cells.set(column, before === undefined ? value : addAs(dtype, before, value));
    }
    return [...cells].sort(([a], [b]) => a - b);
  });
}

/**
 * The entries of slices, row by row; fails unless the slices follow each other and fit their
 * indptr.
 */
export function rowsOf(slices: readonly CsrSlice[]): Entry[][] {
  return slices.flatMap(({ indptr, indices, data, rowStart, rowEnd }, at) => {
    const isNext = at === 0 || rowStart === slices[at - 1]?.rowEnd;
    const fits = indptr.length === rowEnd - rowStart + 1 && indptr.at(-1) === indices.length;
    if (!isNext || !fits || data.length !== indices.length) throw new Error('slices do not fit');
    return Array.from({ length: rowEnd - rowStart }, (_, row) => {
      const length = (indptr[row + 1] ?? 0) - (indptr[row] ?? 0);
      return Array.from({ length }, (_, i): Entry => {
        const k = (indptr[row] ?? 0) + i;
        return [indices[k] ?? -1, data[k] ?? Number.NaN];
      });
    });
  });
}
