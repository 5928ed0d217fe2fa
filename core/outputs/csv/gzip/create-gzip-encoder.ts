import { createCellWriter } from '#core/elements/cell-writer.ts';
import type { CsvEncoderOptions } from '#core/outputs/csv/csv-encoder.ts';
import { naText } from '#core/outputs/csv/implicit-text.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import type { GzipEncoder } from '#core/outputs/gzip/gzip-encoder.ts';
import { canUseTemplate, type Density, isSparse } from './density.ts';
import { canDeflateDirectly, createDirectGzipEncoder } from './direct-gzip-encoder.ts';
import { createTemplateGzipEncoder, type TemplateGzipOptions } from './template-gzip-encoder.ts';
import { createTextGzipEncoder } from './text-gzip-encoder.ts';

export interface GzipEncoderOptions extends CsvEncoderOptions {
  /**
   * Rows and stored entries, of the matrix or of the chunk, which decide how to compress. They must
   * be the same each time that the chunk is written.
   */
  readonly density: Density;
}

/** The columns of one dtype, as one group of columns. */
function oneGroup(text: CsvEncoderOptions): TemplateGzipOptions {
  const { dtype, fillValue, columns } = text;
  const na = new TextEncoder().encode(naText(text));
  return {
    ...text,
    types: { groups: [{ dtype, fillValue, columns }], crc32: '' },
    columnGroups: new Uint8Array(columns),
    createWriters: ({ data }) => [createCellWriter(data, dtype, na)],
  };
}

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
  const { columns, dialect } = text;
  if (dialect.index && canUseTemplate(columns, density)) {
    return createTemplateGzipEncoder(oneGroup(text));
  }
  const isDirect = isSparse(columns, density) && canDeflateDirectly(text);
  if (isDirect && kernel !== undefined) return createDirectGzipEncoder(kernel, text);
  return createTextGzipEncoder(kernel, text);
}
