import { type Kernel, openKernel, type PartRoom } from './csv/wasm/kernel.ts';

/** What a process keeps for all its encoders, which use it one after the other. */
export interface EncoderRoom {
  /** The module that writes into the part buffers; undefined in an engine without WebAssembly. */
  readonly kernel: Kernel | undefined;
  /** Part buffers that are written in place; undefined where the caller makes its own. */
  readonly buffers: readonly Uint8Array[] | undefined;
}

/** Opens the room of a process, with `count` part buffers of `bytes`. */
export function openEncoderRoom(parts: PartRoom): EncoderRoom {
  const kernel = openKernel(parts);
  return { kernel, buffers: kernel?.buffers };
}
