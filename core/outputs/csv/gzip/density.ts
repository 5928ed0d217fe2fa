/** Rows and stored entries, of the matrix or of the chunk. */
export interface Density {
  readonly rows: number;
  readonly nnz: number;
}

/**
 * If more than one cell in four is stored, unstored cells come in short runs, and zlib makes chunks
 * up to a third smaller (measured with random counts below 12 in 1,000 columns). It takes three to
 * fifteen times as long.
 */
const DENSE_CELLS_PER_ENTRY = 4;

/** Most columns of which a row template is kept: 13 bytes for each. */
const MAX_TEMPLATE_COLUMNS = 2 ** 20;

/** True if at most one cell in four is stored. */
export function isSparse(columns: number, { rows, nnz }: Density): boolean {
  return nnz * DENSE_CELLS_PER_ENTRY <= rows * columns;
}

/** True if a member can be made with the text of a row in which nothing is stored. */
export function canUseTemplate(columns: number, density: Density): boolean {
  return columns > 0 && columns <= MAX_TEMPLATE_COLUMNS && isSparse(columns, density);
}
