import type { ChunkEncoder } from './chunk-encoder.ts';
import type { Compression } from './compression.ts';
import { createGzipEncoder, type GzipEncoderOptions } from './gzip/create-gzip-encoder.ts';
import type { Kernel } from './wasm/kernel.ts';
import { createWasmCsvEncoder } from './wasm/wasm-csv-encoder.ts';

export interface ChunkEncoderOptions extends GzipEncoderOptions {
  readonly compression: Compression;
}

/**
 * Creates the encoder of one chunk, as its run stores chunks.
 *
 * @param kernel the module's instance, which serves this encoder until another user takes it. Parts
 * in buffers of its own are written in place.
 */
export function createChunkEncoder(kernel: Kernel, options: ChunkEncoderOptions): ChunkEncoder {
  const { compression, ...rest } = options;
  if (compression === 'gzip') return createGzipEncoder(kernel, rest);
  const { density: _, ...text } = rest;
  return createWasmCsvEncoder(kernel, text);
}
