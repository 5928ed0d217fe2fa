import { type DType, isFloat } from '#core/elements/dtype.ts';
import type { ContentBounds } from '#core/outputs/output.ts';
import { type CellOptions, implicitText, naText } from './implicit-text.ts';

/** Rows whose text is bounded. */
export interface TextSizeOptions extends CellOptions {
  readonly rows: number;
  /** Stored entries of these rows, duplicates counted each. */
  readonly nnz: number;
}

interface CellLengths {
  readonly shortest: number;
  readonly longest: number;
}

/**
 * Characters of a stored value that is not NaN. Integers: sign and digits of the extremes. Floats
 * from `0.0`, or `inf`, to sign, point, 17 digits and exponent: `-1.7976931348623157e+308`.
 */
const CELL_LENGTHS: Readonly<Record<DType, CellLengths>> = {
  bool: { shortest: 4, longest: 5 },
  int8: { shortest: 1, longest: 4 },
  int16: { shortest: 1, longest: 6 },
  int32: { shortest: 1, longest: 11 },
  int64: { shortest: 1, longest: 20 },
  uint8: { shortest: 1, longest: 3 },
  uint16: { shortest: 1, longest: 5 },
  uint32: { shortest: 1, longest: 10 },
  uint64: { shortest: 1, longest: 20 },
  float16: { shortest: 3, longest: 23 },
  float32: { shortest: 3, longest: 23 },
  float64: { shortest: 3, longest: 24 },
};

function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

function cellLengths(options: CellOptions): CellLengths {
  const { shortest, longest } = CELL_LENGTHS[options.dtype];
  if (!isFloat(options.dtype)) return { shortest, longest };
  const na = utf8Bytes(naText(options));
  return { shortest: Math.min(shortest, na), longest: Math.max(longest, na) };
}

/** Bytes of the longest text that a stored value of this dtype can have, quotes included. */
export function maxCellBytes(options: CellOptions): number {
  return cellLengths(options).longest;
}

/**
 * Bounds the text of `rows` rows that hold `nnz` entries, whatever their values are. The header is not counted.
 *
 * A row of only unstored cells has a known length; each stored cell changes it by what its text is
 * longer or shorter than an unstored one. Duplicates share a cell, so there may be fewer cells
 * than entries: one at least. `max` grows by a fixed amount a row and, unless unstored cells are the
 * longest, by a fixed amount an entry.
 */
export function textBounds(options: TextSizeOptions): ContentBounds {
  const { rows, columns, nnz } = options;
  const implicit = utf8Bytes(implicitText(options));
  const { shortest, longest } = cellLengths(options);
  const unstored = rows * Math.max(1, columns * (implicit + 1));
  const mostCells = Math.min(nnz, rows * columns);
  const fewestCells = Math.min(1, mostCells);
  const changes = (bytes: number) => [fewestCells * bytes, mostCells * bytes];
  return {
    min: unstored + Math.min(...changes(shortest - implicit)),
    max: unstored + Math.max(...changes(longest - implicit)),
  };
}
