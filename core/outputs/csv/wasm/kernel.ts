import { KERNEL_BYTES } from './kernel-bytes.ts';
import { powersOfTen } from './powers-of-ten.ts';

/** An address inside the module's memory. */
type Address = WebAssembly.Global;

/**
 * Writes the window's text from address `start` on, at most up to `end`; returns the address after
 * it.
 */
export type WindowWriter = (start: number, end: number) => number;

/**
 * Deflates the window's text between two addresses; returns why it stopped, see {@link STOPPED}.
 */
export type WindowDeflater = (start: number, end: number) => number;

/** Why a {@link WindowDeflater} returned. */
export const STOPPED = { windowUsed: 0, outputFull: 1, blockFull: 2 } as const;

/** What `assembly/kernel.as` exports. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly POWERS_OF_TEN: Address;
  readonly ENTRY_CAPACITY: Address;
  readonly ROW_CAPACITY: Address;
  readonly TEMPLATE_STRIDE: Address;
  readonly INDICES: Address;
  readonly VALUES: Address;
  readonly ROW_ENDS: Address;
  readonly TEMPLATE: Address;
  readonly NA: Address;
  readonly NA_BYTES: Address;
  heapBase(): number;
  setText(
    columns: number,
    unitBytes: number,
    delimiter: number,
    patchLimit: number,
    naBytes: number,
    maxCellBytes: number,
  ): void;
  setWindow(rowCount: number, entryBase: number, entryCount: number, partialColumns: number): void;
  isFinished(): number;
  countCrc(): void;
  takeCrc(): number;
  readonly writeBool: WindowWriter;
  readonly writeInt32: WindowWriter;
  readonly writeUint32: WindowWriter;
  readonly writeInt64: WindowWriter;
  readonly writeUint64: WindowWriter;
  readonly writeFloat64: WindowWriter;
  readonly LITERAL_CODES: Address;
  readonly RUN_CODES: Address;
  readonly LEAD_CODES: Address;
  readonly PATCH_CODES: Address;
  readonly LITERAL_COUNTS: Address;
  readonly RUN_COUNTS: Address;
  readonly LEAD_COUNTS: Address;
  readonly PATCH_COUNTS: Address;
  startDeflate(): void;
  startBlock(steps: number): void;
  startDeflateWindow(): void;
  bitsTo(address: number): void;
  bitsEnd(): number;
  putFewBits(bits: number, count: number): void;
  endByte(): void;
  readonly deflateBool: WindowDeflater;
  readonly deflateInt32: WindowDeflater;
  readonly deflateUint32: WindowDeflater;
  readonly deflateInt64: WindowDeflater;
  readonly deflateUint64: WindowDeflater;
  readonly deflateFloat64: WindowDeflater;
  textCrc(): number;
  textLength(): number;
}

/** Number and size of the part buffers in the module's memory. */
export interface PartRoom {
  readonly count: number;
  /** Bytes of each buffer. */
  readonly bytes: number;
}

const PAGE_BYTES = 65_536;

/**
 * Bytes of the stage, where text for buffers elsewhere is made: small enough for a core's second
 * cache.
 */
const STAGE_BYTES = 256 * 1024;

/** Part buffers begin at blocks, so that a disk can take them from where they lie. */
const BLOCK_BYTES = 4096;

let compiled: WebAssembly.Module | undefined;

/** Compiles the module once per process, in under 1 ms. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(Buffer.from(KERNEL_BYTES, 'base64')));
  return compiled;
}

/**
 * One instance of the WebAssembly module, with part buffers in its own memory. Text for these is
 * written in place. Text for any other buffer is made in the stage and copied, which takes about a
 * third longer.
 *
 * The memory is allocated once and never grows, so the buffers stay valid. A kernel is used by one
 * encoder at a time: each new encoder takes it over.
 */
export class Kernel {
  readonly exports: KernelExports;
  /** Part buffers in the module's memory. */
  readonly buffers: readonly Uint8Array<ArrayBuffer>[];
  /** Memory in which text for other buffers is made. */
  readonly stage: Uint8Array<ArrayBuffer>;
  #user: object | undefined;
  #hasPowersOfTen = false;

  /** Allocates `count` part buffers of `bytes` bytes each, and 0.75 MiB. */
  constructor({ count, bytes }: PartRoom) {
    const { exports } = new WebAssembly.Instance(kernelModule());
    this.exports = exports as unknown as KernelExports;
    const { memory } = this.exports;
    const stage = Math.ceil(this.exports.heapBase() / 64) * 64;
    const first = Math.ceil((stage + STAGE_BYTES) / BLOCK_BYTES) * BLOCK_BYTES;
    const pages = Math.ceil((first + count * bytes) / PAGE_BYTES);
    memory.grow(pages - memory.buffer.byteLength / PAGE_BYTES);
    this.stage = new Uint8Array(memory.buffer, stage, STAGE_BYTES);
    this.buffers = Array.from(
      { length: count },
      (_, i) => new Uint8Array(memory.buffer, first + i * bytes, bytes),
    );
  }

  /** Loads the table that is needed to write floats. */
  loadPowersOfTen(): void {
    if (this.#hasPowersOfTen) return;
    const { memory, POWERS_OF_TEN } = this.exports;
    const powers = powersOfTen();
    new BigUint64Array(memory.buffer, POWERS_OF_TEN.value, powers.length).set(powers);
    this.#hasPowersOfTen = true;
  }

  /** Gives the memory to an encoder. The encoder before must not be used any more. */
  take(user: object): void {
    this.#user = user;
  }

  /** @throws {Error} another encoder has taken the memory since then. */
  assertTakenBy(user: object): void {
    if (this.#user !== user) throw new Error('another encoder has taken this memory');
  }
}

/**
 * Opens a kernel. Returns undefined in an engine without WebAssembly, such as Node with
 * `--jitless`.
 */
export function openKernel(room: PartRoom): Kernel | undefined {
  return typeof WebAssembly === 'undefined' ? undefined : new Kernel(room);
}
