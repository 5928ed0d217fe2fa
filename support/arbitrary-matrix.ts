import * as fc from 'fast-check';
import type { CsrData } from '#core/elements/csr-data.ts';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import type { CsvDialect } from '#core/outputs/csv/csv-dialect.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { FillValue } from '#core/sparse/matrix-facts.ts';

/** A slice and how its text is to be written. */
export interface Matrix {
  readonly slice: CsrSlice;
  readonly options: CellOptions;
}

const wideFloat = fc.oneof(
  fc.double(),
  fc.integer({ min: -1e6, max: 1e6 }),
  fc.constantFrom(
    0,
    -0,
    Number.NaN,
    1e16,
    1e-4,
    9.999e-5,
    -1.7976931348623157e308,
    -5e-324,
    2 ** 53,
  ),
);

const narrowFloat = fc.oneof(
  fc.float(),
  fc.constantFrom(0, -0, Number.NaN, 1, -1, Number.POSITIVE_INFINITY),
);

function integers(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min, max }), fc.integer({ min: Math.max(min, -20), max: 120 }));
}

function bigIntegers(min: bigint, max: bigint): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt({ min, max }),
    fc.bigInt({ min: min < -20n ? -20n : min, max: 20n }),
    fc.constantFrom(min, max),
  );
}

/** Values of one dtype, and the array that holds them in a slice. */
const VALUES: {
  readonly [D in DType]: {
    readonly value: fc.Arbitrary<number | bigint>;
    readonly from: (values: readonly (number | bigint)[]) => CsrData;
  };
} = {
  bool: { value: fc.nat(1), from: (values) => Uint8Array.from(values, Number) },
  int8: { value: integers(-128, 127), from: (values) => Int8Array.from(values, Number) },
  int16: { value: integers(-32768, 32767), from: (values) => Int16Array.from(values, Number) },
  int32: {
    value: integers(-(2 ** 31), 2 ** 31 - 1),
    from: (values) => Int32Array.from(values, Number),
  },
  int64: {
    value: bigIntegers(-(2n ** 63n), 2n ** 63n - 1n),
    from: (values) => BigInt64Array.from(values, BigInt),
  },
  uint8: { value: integers(0, 255), from: (values) => Uint8Array.from(values, Number) },
  uint16: { value: integers(0, 65535), from: (values) => Uint16Array.from(values, Number) },
  uint32: { value: integers(0, 2 ** 32 - 1), from: (values) => Uint32Array.from(values, Number) },
  uint64: {
    value: bigIntegers(0n, 2n ** 64n - 1n),
    from: (values) => BigUint64Array.from(values, BigInt),
  },
  float16: {
    value: narrowFloat.map((value) => Math.f16round(value)),
    from: (values) => Float32Array.from(values, Number),
  },
  float32: { value: narrowFloat, from: (values) => Float32Array.from(values, Number) },
  float64: { value: wideFloat, from: (values) => Float64Array.from(values, Number) },
};

/** Dialects, among them texts for NaN that must be quoted. */
const dialects: fc.Arbitrary<CsvDialect> = fc.record({
  profile: fc.constantFrom('typed', 'zero0', 'empty'),
  delimiter: fc.constantFrom(',', '\t', '|', ' '),
  naRep: fc.constantFrom('', 'NULL', 'a,b', 'say "no"', 'n|a', 'not\na number', 'é€😀'.repeat(12)),
  header: fc.constant('none'),
  lineTerminator: fc.constant('\n'),
  encoding: fc.constant('utf-8'),
});

function sliceOf(rows: readonly (readonly [number, number | bigint][])[], dtype: DType): CsrSlice {
  const entries = rows.flat();
  const indptr = new Int32Array(rows.length + 1);
  for (const [row, cells] of rows.entries()) indptr[row + 1] = indptr[row]! + cells.length;
  return {
    rowStart: 0,
    rowEnd: rows.length,
    indptr,
    indices: Int32Array.from(entries, ([column]) => column),
    data: VALUES[dtype].from(entries.map(([, value]) => value)),
    nnz: entries.length,
  };
}

/** Matrices of every dtype and dialect, from no columns to rows longer than a part. */
export const matrices: fc.Arbitrary<Matrix> = fc
  .record({
    dtype: fc.constantFrom(...DTYPES),
    columns: fc.oneof(fc.constantFrom(0, 1, 2), fc.integer({ min: 3, max: 300 })),
    dialect: dialects,
    fillValue: fc.constantFrom<FillValue | undefined>(undefined, undefined, 'NaN'),
  })
  .chain((options) => {
    const { columns, dtype } = options;
    const cell = fc.tuple(fc.nat(Math.max(0, columns - 1)), VALUES[dtype].value);
    const row = fc
      .uniqueArray(cell, { selector: ([column]) => column, maxLength: Math.min(columns, 12) })
      .map((cells) => cells.sort(([a], [b]) => a - b));
    return fc
      .array(row, { maxLength: 12 })
      .map((rows) => ({ slice: sliceOf(rows, dtype), options }));
  });

/** Cuts a slice into slices at ascending row numbers. */
export function cutSlice(slice: CsrSlice, cuts: readonly number[]): CsrSlice[] {
  const ends = [...cuts.map((cut) => Math.min(cut, slice.rowEnd)), slice.rowEnd];
  ends.sort((a, b) => a - b);
  return ends.map((rowEnd, i) => {
    const rowStart = i === 0 ? 0 : ends[i - 1]!;
    const first = slice.indptr[rowStart]!;
    const last = slice.indptr[rowEnd]!;
    return {
      rowStart,
      rowEnd,
      indptr: slice.indptr.slice(rowStart, rowEnd + 1).map((offset) => offset - first),
      indices: slice.indices.slice(first, last),
      data: slice.data.slice(first, last),
      nnz: last - first,
    };
  });
}
