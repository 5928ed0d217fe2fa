import type { ChunkEncoder } from './chunk-encoder.ts';
import type { Compression } from './compression.ts';
import { createFastCsvEncoder } from './fast-csv-encoder.ts';
import { createGzipEncoder, type GzipEncoderOptions } from './gzip/create-gzip-encoder.ts';
import type { Kernel } from './wasm/kernel.ts';

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
  const { density: _, ...text } = rest;
  return createFastCsvEncoder(kernel, text);
}
