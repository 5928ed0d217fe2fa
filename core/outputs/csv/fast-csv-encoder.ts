import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { createCsvEncoder } from './csv-encoder.ts';
import { Kernel, type PartRoom } from './wasm/kernel.ts';
import { createWasmCsvEncoder, type WasmCsvEncoderOptions } from './wasm/wasm-csv-encoder.ts';

/**
 * Opens a kernel. Returns undefined in an engine without WebAssembly, such as Node with
 * `--jitless`.
 */
export function openKernel(room: PartRoom): Kernel | undefined {
  return typeof WebAssembly === 'undefined' ? undefined : new Kernel(room);
}

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
