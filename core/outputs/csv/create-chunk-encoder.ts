import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { createFastCsvEncoder } from './fast-csv-encoder.ts';
import { createGzipEncoder, type GzipEncoderOptions } from './gzip/create-gzip-encoder.ts';
import type { Kernel } from './wasm/kernel.ts';

/**
 * With fewer unstored cells than that beside a stored one, zlib's CRC-32 of the ready text takes less
 * time than going over the entries.
 */
const CRC_CELLS_PER_ENTRY = 16;

export interface ChunkEncoderOptions extends GzipEncoderOptions {
  readonly compression: Compression;
}

/**
 * Creates the encoder of one chunk, as its run stores chunks.
 *
 * @param kernel the module's instance, which serves this encoder until another user takes it. Parts
 * in buffers of its own are written in place. Undefined in an engine without WebAssembly.
 */
export function createChunkEncoder(
  kernel: Kernel | undefined,
  options: ChunkEncoderOptions,
): ChunkEncoder {
  const { compression, ...rest } = options;
  if (compression === 'gzip') return createGzipEncoder(kernel, rest);
  const { density, ...text } = rest;
  const countsCrc = density.nnz * CRC_CELLS_PER_ENTRY <= density.rows * text.columns;
  return createFastCsvEncoder(kernel, { ...text, countsCrc });
}
