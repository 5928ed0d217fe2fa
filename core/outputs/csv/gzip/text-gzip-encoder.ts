import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import { createFastCsvEncoder } from '#core/outputs/csv/fast-csv-encoder.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import type { GzipEncoder } from '#core/outputs/gzip/gzip-encoder.ts';
import { createGzipOfText } from '#core/outputs/gzip/gzip-of-text.ts';

/**
 * Creates an encoder of one gzip member that makes the text and compresses it with zlib. It is for
 * matrices so dense that they have no long runs of unstored cells.
 */
export function createTextGzipEncoder(
  kernel: Kernel | undefined,
  options: CsvEncoderOptions,
): GzipEncoder {
  const createText = (buffer: Uint8Array) => createFastCsvEncoder(kernel, { ...options, buffer });
  return createGzipOfText(createText, options.buffer);
}
