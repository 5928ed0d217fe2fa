import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import type { Compression } from '#core/outputs/compression.ts';
import { createFastCsvEncoder } from './fast-csv-encoder.ts';
import { createGzipEncoder, type GzipEncoderOptions } from './gzip/create-gzip-encoder.ts';
import type { Kernel } from './wasm/kernel.ts';

/**
 * Least number of cells per stored entry for which the CRC-32 is computed from the entries. With
 * fewer cells, zlib's CRC-32 of the finished text takes less time.
 */
const CRC_CELLS_PER_ENTRY = 16;

export interface ChunkEncoderOptions extends GzipEncoderOptions {
  readonly compression: Compression;
}

/**
 * Creates the encoder of one chunk, plain or compressed as the run stores its chunks.
 *
 * @param kernel instance of the WebAssembly module, which this encoder uses until another one takes
 * it; parts in the kernel's own buffers are written in place. Undefined in an engine without
 * WebAssembly.
 * @example
 * const text = { columns: matrix.shape[1], dtype: matrix.dtype, dialect: DEFAULT_DIALECT };
 * const density = { rows: matrix.shape[0], nnz: matrix.nnz };
 * const buffer = new Uint8Array(2 ** 20);
 * const options = { ...text, density, buffer, compression: 'none' } as const;
 * const encoder = createChunkEncoder(openKernel({ count: 0, bytes: 0 }), options);
 * encoder.encode(slice).next(buffer); // yields a part when the buffer is full
 */
export function createChunkEncoder(
  kernel: Kernel | undefined,
  options: ChunkEncoderOptions,
): ChunkEncoder {
  const { compression, ...rest } = options;
  // Only the encoder in JavaScript writes names or numbers of rows.
  const engine = rest.dialect.index ? undefined : kernel;
  if (compression === 'gzip') return createGzipEncoder(engine, rest);
  const { density, ...text } = rest;
  const countsCrc = density.nnz * CRC_CELLS_PER_ENTRY <= density.rows * text.columns;
  return createFastCsvEncoder(engine, { ...text, countsCrc });
}
