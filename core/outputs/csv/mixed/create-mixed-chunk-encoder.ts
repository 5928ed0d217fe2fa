import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { canUseTemplate, type Density } from '#core/outputs/csv/gzip/density.ts';
import { createTemplateGzipEncoder } from '#core/outputs/csv/gzip/template-gzip-encoder.ts';
import { createGzipOfText } from '#core/outputs/gzip/gzip-of-text.ts';
import { createGroupWriters } from './group-writers.ts';
import { createMixedEncoder, type MixedEncoderOptions } from './mixed-encoder.ts';
import { cutSegments } from './segments.ts';

/** Least columns of a segment, on average: with fewer a row has no long runs. */
const COLUMNS_PER_SEGMENT = 8;

export interface MixedChunkOptions extends MixedEncoderOptions {
  readonly compression: Compression;
  readonly density: Density;
}

/**
 * Creates the encoder of one chunk of columns of several dtypes, plain or as a gzip member. Where
 * few cells are stored and neighbours are alike, the member is made from the stored cells alone.
 * The choice depends only on the matrix and the dialect.
 */
export function createMixedChunkEncoder(options: MixedChunkOptions): ChunkEncoder {
  const { compression, density, ...text } = options;
  if (compression === 'none') return createMixedEncoder(text);
  const { columns, columnGroups } = text;
  const { segments } = cutSegments(text, columnGroups);
  if (canUseTemplate(columns, density) && segments.length * COLUMNS_PER_SEGMENT <= columns) {
    return createTemplateGzipEncoder({
      ...text,
      createWriters: ({ data }) => createGroupWriters(text, data),
    });
  }
  return createGzipOfText((buffer) => createMixedEncoder({ ...text, buffer }), text.buffer);
}
