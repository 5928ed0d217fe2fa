import type { CsrData } from '#core/elements/csr-data.ts';
import { type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { type CellWriter, createCellWriter } from '#core/outputs/csv/cell-writer.ts';
import { naText } from '#core/outputs/csv/implicit-text.ts';
import { cellOptionsOf, type MixedColumns } from './mixed-columns.ts';

const VIEWS = {
  bool: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The bytes of cells as values of a dtype; float16 is widened into a new array. */
function viewAs({ buffer, byteOffset, byteLength }: CsrData, dtype: DType): CsrData {
  const length = byteLength / ITEM_BYTES[dtype];
  if (dtype !== 'float16') return new VIEWS[dtype](buffer as ArrayBuffer, byteOffset, length);
  return new Float32Array(new Float16Array(buffer, byteOffset, length));
}

/** A writer of the cells of one dtype. */
function writerOf(cells: CsrData, dtype: DType, na: Uint8Array): CellWriter {
  const step = cells.BYTES_PER_ELEMENT / ITEM_BYTES[dtype];
  const write = createCellWriter(viewAs(cells, dtype), dtype, na);
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
