import type { ColumnType } from './column-type.ts';
import { suggestType } from './suggest-types.ts';

/** A column whose sampled values fit a smaller type than its own: a suggestion. */
export interface SmallerType {
  readonly column: string;
  readonly type: string;
  readonly fits: string;
}

/** Bytes of a value of a number. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ TINYINT: 1, SMALLINT: 2, INTEGER: 4, BIGINT: 8 },
  ...{ UTINYINT: 1, USMALLINT: 2, UINTEGER: 4, UBIGINT: 8 },
};

function widthOf(type: ColumnType): number | undefined {
  if (type.kind === 'decimal') {
    if (type.precision > 18) return 16;
    return type.precision > 9 ? 8 : 4;
  }
  return type.kind === 'scalar' ? WIDTHS[type.name] : undefined;
}

/**
 * The smallest type of whole numbers, or DECIMAL of the same digits behind the point, that holds
 * all values between bounds. A suggestion where they are those of a sample.
 *
 * @param type of the column.
 * @param bounds least and greatest values of its parts, as SQL prints them.
 * @returns undefined if the column's own is as small, or is no such number.
 */
export function smallerType(type: ColumnType, bounds: readonly string[]): ColumnType | undefined {
  const width = widthOf(type);
  if (width === undefined || bounds.length === 0) return undefined;
  const smaller = suggestType(bounds);
  return (widthOf(smaller) ?? width) < width ? smaller : undefined;
}
