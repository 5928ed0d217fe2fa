import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { canDeflateDirectly, createDirectGzipEncoder } from './direct-gzip-encoder.ts';
import type { GzipEncoder } from './gzip-encoder.ts';
import { createTextGzipEncoder } from './text-gzip-encoder.ts';

export interface GzipEncoderOptions extends CsvEncoderOptions {
  /**
   * Rows and stored entries by which to choose how to compress: of the matrix, or of the chunk, but the
   * same every time that the chunk is written.
   */
  readonly density: { readonly rows: number; readonly nnz: number };
}

/**
 * Where more than one cell in four is stored, runs are so short that zlib compresses by up to a third
 * better: random counts below 12 in 1,000 columns. It takes three to fifteen times as long.
 */
const DENSE_CELLS_PER_ENTRY = 4;

/**
 * Creates the encoder of one chunk's gzip member: from the entries alone where the matrix is sparse,
 * else by compressing the text. The choice depends on counts and the dialect only, so the same chunk has
 * the same bytes.
 *
 * @param kernel the module's instance, which serves this encoder until another user takes it; without
 * one the text is made and compressed: other bytes, the same text.
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
