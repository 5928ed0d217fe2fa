import { implicitText } from '#core/outputs/csv/implicit-text.ts';
import { cellLengths, labelLengths, utf8Bytes } from '#core/outputs/csv/text-bounds.ts';
import type { ContentBounds } from '#core/outputs/output.ts';
import { cellOptionsOf, type MixedColumns } from './mixed-columns.ts';
import { templateBytes } from './row-template.ts';

/** Rows of columns of several dtypes whose text is bounded. */
export interface MixedSizeOptions extends MixedColumns {
  readonly rows: number;
  readonly nnz: number;
}

/**
 * Bounds the length of the text of rows of columns of several dtypes, for any values, as
 * `textBounds` does for one dtype: a stored cell may be in any column.
 *
 * @throws {BoundExceededError} a row without stored cells takes more than 64 MiB.
 */
export function mixedBounds(options: MixedSizeOptions): ContentBounds {
  const { rows, columns, nnz } = options;
  const cells = cellOptionsOf(options);
  const unstored = cells.map((group) => utf8Bytes(implicitText(group)));
  const lengths = cells.map(cellLengths);
  const growth = Math.max(...lengths.map(({ longest }, i) => longest - unstored[i]!));
  const shrinkage = Math.min(...lengths.map(({ shortest }, i) => shortest - unstored[i]!));
  const rowBytes = templateBytes(options);
  const label = labelLengths(options);
  const most = Math.min(nnz, rows * columns);
  const fewest = Math.min(1, most);
  return {
    min: rows * (rowBytes + label.shortest) + Math.min(fewest * shrinkage, most * shrinkage),
    max: rows * (rowBytes + label.longest) + Math.max(fewest * growth, most * growth),
  };
}
