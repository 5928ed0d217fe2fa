import fc from 'fast-check';
import { bytesOf } from '#core/bytes/bytes-of.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import type { EntryBatch, EntrySource } from '#core/sparse/stage/entry-source.ts';
import type { CsrBytes } from './run-conversion.ts';

/** A matrix as a list of entries in stored order, and how its source is cut. */
export interface PlainEntries {
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: DType;
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Values as little integers: the arrays that they are put into decide their bits. */
  readonly values: readonly number[];
  readonly segments: number;
  readonly batchEntries: number;
  /** Rows and columns as doubles, as int64 is read. */
  readonly isWide: boolean;
}

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** Values as a source hands them out: float16 widened, 64-bit integers as BigInt. */
function toData(values: readonly number[], dtype: DType): CsrData {
  if (dtype === 'int64') return BigInt64Array.from(values, BigInt);
  if (dtype === 'uint64') return BigUint64Array.from(values, BigInt);
  return ARRAYS[dtype].from(values);
}

/** Copies into buffers that are reused, as a source is allowed to do. */
function reuse<T extends EntryBatch['rows'] | CsrData>(buffer: T, values: ArrayLike<never>): T {
  const view = buffer.subarray(0, values.length) as T;
  view.set(values);
  return view;
}

/** A source over a list; every segment is a run of entries of equal length. */
export function entrySource(plain: PlainEntries): EntrySource {
  const { shape, dtype, segments, batchEntries, isWide } = plain;
  const count = plain.rows.length;
  const indexBuffer = () =>
    isWide ? new Float64Array(batchEntries) : new Int32Array(batchEntries);
  return {
    uri: 'list',
    shape,
    dtype,
    maxEntries: count,
    segments,
    async *readSegment(segment) {
      const end = Math.floor(((segment + 1) * count) / segments);
      const rows = indexBuffer();
      const columns = indexBuffer();
      const data = toData(Array(batchEntries).fill(0), dtype);
      for (let at = Math.floor((segment * count) / segments); at < end; at += batchEntries) {
        const to = Math.min(at + batchEntries, end);
        yield {
          rows: reuse(rows, plain.rows.slice(at, to) as never),
          columns: reuse(columns, plain.columns.slice(at, to) as never),
          data: reuse(data, toData(plain.values.slice(at, to), dtype) as never),
        };
      }
    },
  };
}

/** The same matrix by the plainest way there is: entries of each row in stored order. */
export function oracle({ shape, dtype, rows, columns, values }: PlainEntries): CsrBytes {
  const order = rows.map((_, i) => i).sort((a, b) => rows[a]! - rows[b]! || a - b);
  const indptr = [0];
  for (let row = 0; row < shape[0]; row++) {
    indptr.push(indptr[row]! + rows.filter((r) => r === row).length);
  }
  const sorted = toData(
    order.map((i) => values[i]!),
    dtype,
  );
  const narrow = sorted instanceof Float32Array && dtype === 'float16';
  const data = bytesOf(narrow ? new Float16Array(sorted) : sorted);
  return { indptr, indices: order.map((i) => columns[i]!), data };
}

/**
 * Any small matrix, cut in any way; many duplicates, many empty rows, and rows that hold nearly
 * all.
 */
export const anyEntries: fc.Arbitrary<PlainEntries> = fc
  .record({
    rowCount: fc.integer({ min: 1, max: 40 }),
    columnCount: fc.integer({ min: 1, max: 6 }),
    dtype: fc.constantFrom(...DTYPES),
    count: fc.integer({ min: 0, max: 80 }),
    hotRow: fc.nat(39),
    heat: fc.double({ min: 0, max: 1, noNaN: true }),
    segments: fc.integer({ min: 1, max: 5 }),
    batchEntries: fc.integer({ min: 1, max: 9 }),
    isWide: fc.boolean(),
    seeds: fc.infiniteStream(fc.nat()),
  })
  .map(({ rowCount, columnCount, count, hotRow, heat, seeds, ...rest }) => {
    const draw = () => seeds.next().value as number;
    const isHot = () => (draw() % 1000) / 1000 < heat;
    const rows = Array.from({ length: count }, () => (isHot() ? hotRow : draw()) % rowCount);
    return {
      shape: [rowCount, columnCount] as const,
      rows,
      columns: rows.map(() => draw() % columnCount),
      values: rest.dtype === 'bool' ? rows.map(() => draw() % 2) : rows.map((_, i) => i % 120),
      ...rest,
    };
  });

/** 12 × 3 with 24 entries, duplicates among them, in three segments. */
export const SAMPLE: PlainEntries = {
  shape: [12, 3],
  dtype: 'float64',
  rows: Array.from({ length: 24 }, (_, i) => (i * 5) % 11),
  columns: Array.from({ length: 24 }, (_, i) => i % 3),
  values: Array.from({ length: 24 }, (_, i) => i),
  segments: 3,
  batchEntries: 4,
  isWide: false,
};
