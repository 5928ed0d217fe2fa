import { type DType, isFloat } from '#core/elements/dtype.ts';
import { VALUE_LENGTHS } from '#core/elements/value-lengths.ts';
import type { ContentBounds } from '#core/outputs/output.ts';

/** `1 1 0` and a line feed. */
const MIN_ENTRY_BYTES = 6;

/** Digits of the three numbers above the entries, at most: they are below 2^53. */
const MAX_DIGITS = 16;

/** Bytes of the end of a row, which a writer holds though it is not written. */
const ROW_END_BYTES = 4;

/** Field of the banner. Standard ones, but for what only 64 bits without a sign hold. */
function fieldOf(dtype: DType): string {
  if (isFloat(dtype)) return 'real';
  return dtype === 'uint64' ? 'unsigned-integer' : 'integer';
}

/** The lines above the entries. @see https://math.nist.gov/MatrixMarket/formats.html */
export function mtxHead(dtype: DType, sizes: readonly [number, number, number]): string {
  return `%%MatrixMarket matrix coordinate ${fieldOf(dtype)} general\n${sizes.join(' ')}\n`;
}

/** Most bytes of a stored entry: two numbers, a value, two spaces and a line feed. */
export function maxEntryBytes(rows: number, columns: number, dtype: DType): number {
  return String(rows).length + String(columns).length + VALUE_LENGTHS[dtype].longest + 3;
}

interface MtxRows {
  readonly rows: number;
  readonly columns: number;
  readonly nnz: number;
  readonly dtype: DType;
}

/**
 * Bounds of the text of rows. What a writer holds is bounded with it: a stored entry takes less in
 * memory than its longest text, and a row without entries is counted.
 */
export function mtxBounds({ rows, columns, nnz, dtype }: MtxRows): ContentBounds {
  const least = mtxHead(dtype, [0, 0, 0]).length;
  const most = least + 3 * (MAX_DIGITS - 1);
  return {
    min: least + Math.min(nnz, 1) * MIN_ENTRY_BYTES,
    max: most + rows * ROW_END_BYTES + nnz * maxEntryBytes(Number.MAX_SAFE_INTEGER, columns, dtype),
  };
}
