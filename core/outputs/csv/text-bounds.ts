import { isFloat } from '#core/elements/dtype.ts';
import { VALUE_LENGTHS, type ValueLengths } from '#core/elements/value-lengths.ts';
import type { ContentBounds } from '#core/outputs/output.ts';
import { type CellOptions, implicitText, isAlone, naText } from './implicit-text.ts';

/** Rows whose text is bounded. */
export interface TextSizeOptions extends CellOptions {
  readonly rows: number;
  /** Number of stored entries of these rows, with duplicates. */
  readonly nnz: number;
}

/** Bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** Shortest and longest text of a stored value of this dtype, NaN included. */
export function cellLengths(options: CellOptions): ValueLengths {
  const { shortest, longest } = VALUE_LENGTHS[options.dtype];
  if (!isFloat(options.dtype)) return { shortest, longest };
  const na = utf8Bytes(naText(options));
  return { shortest: Math.min(shortest, na), longest: Math.max(longest, na) };
}

/** Digits of a row number, which is below 2^53. */
const MAX_ROW_DIGITS = 16;

/**
 * Least and most bytes that the name or the number of a row adds to its line, with the delimiter
 * after it: none without an index. A name may be quoted, and each of its characters may be a quote.
 */
export function labelLengths(
  options: Pick<CellOptions, 'columns' | 'dialect' | 'rowNames'>,
): ValueLengths {
  const { columns, dialect, rowNames } = options;
  if (dialect.index !== true) return { shortest: 0, longest: 0 };
  const after = columns === 0 ? 0 : 1;
  if (rowNames === undefined) return { shortest: 1 + after, longest: MAX_ROW_DIGITS + after };
  const shortest = isAlone(options) ? 1 : 0;
  return { shortest: shortest + after, longest: 2 * rowNames.longestBytes + 2 + after };
}

/** Bytes of the longest text of a stored value of this dtype, with quotes. */
export function maxCellBytes(options: CellOptions): number {
  return cellLengths(options).longest;
}

/**
 * Bounds the length of the text of `rows` rows with `nnz` entries, for any values. The header is
 * not included.
 *
 * A row without stored cells has a known length. Each stored cell changes it by the difference
 * between its text and that of an unstored cell. Duplicates share a cell, so there may be fewer
 * stored cells than entries, but at least one. `max` grows by a fixed amount per row. It also grows
 * by a fixed amount per entry, unless unstored cells are the longest.
 *
 * @example
 * const counts = { columns: 10_000, dtype: 'int64', dialect: DEFAULT_DIALECT } as const;
 * const { min, max } = textBounds({ ...counts, rows: 1000, nnz: 60_000 });
 * console.log(min, max); // bytes of the shortest and of the longest text
 */
export function textBounds(options: TextSizeOptions): ContentBounds {
  const { rows, columns, nnz } = options;
  const implicit = utf8Bytes(implicitText(options));
  const { shortest, longest } = cellLengths(options);
  const unstored = rows * Math.max(1, columns * (implicit + 1));
  const label = labelLengths(options);
  const mostCells = Math.min(nnz, rows * columns);
  const fewestCells = Math.min(1, mostCells);
  const changes = (bytes: number) => [fewestCells * bytes, mostCells * bytes];
  return {
    min: unstored + rows * label.shortest + Math.min(...changes(shortest - implicit)),
    max: unstored + rows * label.longest + Math.max(...changes(longest - implicit)),
  };
}
