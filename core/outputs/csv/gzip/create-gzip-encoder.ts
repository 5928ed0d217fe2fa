import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { canDeflateDirectly, createDirectGzipEncoder } from './direct-gzip-encoder.ts';
import type { GzipEncoder } from './gzip-encoder.ts';
import { createTextGzipEncoder } from './text-gzip-encoder.ts';

export interface GzipEncoderOptions extends CsvEncoderOptions {
  /**
   * Rows and stored entries, of the matrix or of the chunk, which decide how to compress. They must
   * be the same each time that the chunk is written.
   */
  readonly density: { readonly rows: number; readonly nnz: number };
}

/**
 * If more than one cell in four is stored, unstored cells come in short runs, and zlib makes chunks
 * up to a third smaller (measured with random counts below 12 in 1,000 columns). It takes three to
 * fifteen times as long.
 */
const DENSE_CELLS_PER_ENTRY = 4;

/**
 * Creates the encoder of one chunk's gzip member. Where the matrix is sparse it makes the member
 * from the entries alone, else it makes the text and compresses it. The choice depends only on
 * counts and the dialect, so the same chunk always has the same bytes.
 *
 * @param kernel instance of the WebAssembly module, which this encoder uses until another one takes
 * it. Without a kernel the text is made and compressed, which gives other bytes for the same text.
 */
export function createGzipEncoder(
  kernel: Kernel | undefined,
  options: GzipEncoderOptions,
): GzipEncoder {
  const { density, ...text } = options;
  const cells = density.rows * text.columns;
  const isSparse = density.nnz * DENSE_CELLS_PER_ENTRY <= cells && canDeflateDirectly(text);
  if (isSparse && kernel !== undefined) return createDirectGzipEncoder(kernel, text);
  return createTextGzipEncoder(kernel, text);
}
