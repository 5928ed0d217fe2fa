import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';

/** A matrix of one column that stores every value: its text is one number per line. */
function columnOf(data: Float64Array): CsrSlice {
  const rows = data.length;
  return {
    rowStart: 0,
    rowEnd: rows,
    indptr: Int32Array.from({ length: rows + 1 }, (_, row) => row),
    indices: new Int32Array(rows),
    data,
    nnz: rows,
  };
}

/** The text of one column of doubles: at most 26 bytes per value. */
export function floatLines(
  data: Float64Array,
  create: (options: CsvEncoderOptions) => ChunkEncoder,
): Buffer {
  const buffer = new Uint8Array(data.length * 26 + 1);
  const encoder = create({ dtype: 'float64', columns: 1, dialect: DEFAULT_DIALECT, buffer });
  if (encoder.encode(columnOf(data)).next().done !== true) throw new Error('more text than fits');
  const { byteOffset, length } = encoder.finish();
  return Buffer.from(buffer.buffer, byteOffset, length);
}
