import { type CellWriter, createCellWriter } from '#core/elements/cell-writer.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import { valuesIn } from '#core/elements/decode.ts';
import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { naText } from '#core/outputs/csv/implicit-text.ts';
import { cellOptionsOf, type MixedColumns } from './mixed-columns.ts';

/** A writer of the cells of one dtype. */
function writerOf(cells: CsrData, dtype: DType, na: Uint8Array): CellWriter {
  const { buffer, byteOffset: offset, byteLength, BYTES_PER_ELEMENT } = cells;
  const length = byteLength / ITEM_BYTES[dtype];
  const values = valuesIn(buffer as ArrayBuffer, dtype, { offset, length });
  const step = BYTES_PER_ELEMENT / ITEM_BYTES[dtype];
  const write = createCellWriter(values, dtype, na);
  return step === 1 ? write : (entry, target, at) => write(entry * step, target, at);
}

/**
 * Makes the functions that write the stored cells of a slice, one for each group of columns.
 *
 * @param cells little-endian values of several dtypes, each in the lowest bytes of its cell.
 */
export function createGroupWriters(options: MixedColumns, cells: CsrData): CellWriter[] {
  const utf8 = new TextEncoder();
  return cellOptionsOf(options).map((cell) =>
    writerOf(cells, cell.dtype, utf8.encode(naText(cell))),
  );
}
