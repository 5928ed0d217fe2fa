import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { createCsvEncoder } from './csv-encoder.ts';
import type { Kernel } from './wasm/kernel.ts';
import { createWasmCsvEncoder, type WasmCsvEncoderOptions } from './wasm/wasm-csv-encoder.ts';

/**
 * Creates the fastest encoder that the engine allows: with a kernel one in WebAssembly, without a
 * kernel one in JavaScript. Both write the same bytes.
 */
export function createFastCsvEncoder(
  kernel: Kernel | undefined,
  options: WasmCsvEncoderOptions,
): ChunkEncoder {
  return kernel === undefined ? createCsvEncoder(options) : createWasmCsvEncoder(kernel, options);
}
