/** The engine counts rows in vectors of 2,048, and 60 of them are its own row group. */
const ROWS = { min: 2_048, max: 122_880 };

/**
 * Rows in a row group of the output, so that wide rows do not take more memory.
 *
 * @param rowBytes bytes of a row in memory, from a sample.
 * @param groupBytes of the values in a group: what the engine holds while it writes one.
 */
export function rowGroupRows(rowBytes: number, groupBytes: number): number {
  const rows = Math.floor(groupBytes / Math.max(1, rowBytes));
  return Math.min(ROWS.max, Math.max(ROWS.min, rows));
}
