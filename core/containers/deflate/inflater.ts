import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { KERNEL_BYTES } from './wasm/kernel-bytes.ts';

/** The exports of `wasm/assembly/kernel.as`. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly INPUT_CAPACITY: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly inputBytes: WebAssembly.Global;
  readonly position: WebAssembly.Global;
  readonly outputStart: WebAssembly.Global;
  readonly outputEnd: WebAssembly.Global;
  start(windowBytes: number, bits: number): void;
  makeRoom(): number;
  addInput(bytes: number, isLast: number): void;
  inflate(wanted: number): number;
}

/**
 * Why {@link Inflater.step} returned: the stream ended, it needs more input, the output is full, or
 * a block begins.
 */
export type InflateStop = 'end' | 'input' | 'output' | 'boundary';

/** A stream, and the place between two of its blocks where inflating begins. */
export interface InflateStart {
  /** Name of the stream in messages. */
  readonly where: string;
  /** Length of the whole stream. */
  readonly compressedBytes: number;
  /** Number of bits of the stream before the place. */
  readonly bit: number;
  /** The last 32 KiB of the inflated bytes before the place, or all of them. */
  readonly window: Uint8Array;
}

/** The bytes before a place that a match can refer to. */
export const WINDOW_BYTES = 32_768;

const STOPS: readonly InflateStop[] = ['end', 'input', 'output', 'boundary'];

/** What a negative result of `inflate` means, from -1 down. */
const FAULTS = [
  'has a block of unknown type',
  'has a stored block with a damaged length',
  'has a block whose codes make no Huffman code',
  'is cut short',
  'has a code that stands for nothing',
  'refers to bytes before its beginning',
] as const;

const MAX_WANTED = 0xffff_ffff;

/** Most unused inflaters that are kept for later: an instance takes 0.1 ms to make. */
const MAX_IDLE = 4;

let compiled: WebAssembly.Module | undefined;

/** Compiles the module once per process, in under 1 ms. */
function kernelModule(): WebAssembly.Module {
  if (typeof WebAssembly === 'undefined') {
    throw new UnsupportedSourceError(
      'the source is compressed, which takes WebAssembly to read, and this engine has none; run Node.js without --jitless, or save the matrix with compressed=False',
    );
  }
  compiled ??= new WebAssembly.Module(Uint8Array.from(Buffer.from(KERNEL_BYTES, 'base64')));
  return compiled;
}

const idle: Inflater[] = [];

/**
 * Inflates raw deflate streams, one after the other. Unlike Node's own inflate it reports where the
 * blocks of a stream begin, to the bit, and can begin to inflate at any of them.
 *
 * Holds 1.4 MiB for any stream.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */
export class Inflater {
  readonly #kernel: KernelExports;
  readonly #memory: Uint8Array<ArrayBuffer>;
  #where = '';
  #compressedBytes = 0;
  /** Offset in the stream of the first byte of the kernel's input. */
  #base = 0;

  /** @throws {UnsupportedSourceError} the engine has no WebAssembly. */
  constructor() {
    const module = kernelModule();
    const { exports } = new WebAssembly.Instance(module);
    this.#kernel = exports as unknown as KernelExports;
    this.#memory = new Uint8Array(this.#kernel.memory.buffer);
  }

  /** Keeps the inflater for {@link takeInflater}, after its last use. */
  close(): void {
    if (idle.length < MAX_IDLE) idle.push(this);
  }

  /** Begins a stream; the state of the stream before is dropped. */
  start({ where, compressedBytes, bit, window }: InflateStart): void {
    this.#where = where;
    this.#compressedBytes = compressedBytes;
    this.#base = Math.floor(bit / 8);
    this.#memory.set(window, this.#kernel.OUTPUT.value);
    this.#kernel.start(window.length, bit % 8);
  }

  /** Offset in the stream of the next byte for {@link put}. */
  get nextByte(): number {
    return this.#base + this.#kernel.inputBytes.value;
  }

  /** Number of bits of the stream that have been used. */
  get bit(): number {
    return this.#base * 8 + this.#kernel.position.value;
  }

  /** The output of the last {@link step}, at most 256 KiB; valid until the next step. */
  get output(): Uint8Array<ArrayBuffer> {
    const { outputStart, outputEnd } = this.#kernel;
    return this.#memory.subarray(outputStart.value, outputEnd.value);
  }

  /**
   * The last 32 KiB of output, or all of it if it is shorter; valid until the next {@link step}.
   */
  get window(): Uint8Array<ArrayBuffer> {
    const { OUTPUT, outputEnd } = this.#kernel;
    const start = Math.max(OUTPUT.value, outputEnd.value - WINDOW_BYTES);
    return this.#memory.subarray(start, outputEnd.value);
  }

  /** Bytes that {@link put} would accept: 1 MiB minus the input that is not used yet. */
  get room(): number {
    const { INPUT_CAPACITY, inputBytes, position } = this.#kernel;
    return INPUT_CAPACITY.value - inputBytes.value + (position.value >> 3);
  }

  /** Accepts the next bytes of the stream, as many as {@link room} allows. Returns how many. */
  put(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.room);
    this.#base += this.#kernel.position.value >> 3;
    this.#memory.set(bytes.subarray(0, count), this.#kernel.makeRoom());
    const isLast = this.nextByte + count >= this.#compressedBytes;
    this.#kernel.addInput(count, isLast ? 1 : 0);
    return count;
  }

  /** Takes out a copy of the input after the end of the stream, which {@link step} has reported. */
  takeRest(): Uint8Array {
    const count = this.nextByte - Math.ceil(this.bit / 8);
    this.#base += this.#kernel.position.value >> 3;
    const end = this.#kernel.makeRoom();
    return this.#memory.slice(end - count, end);
  }

  /**
   * Inflates until the stream ends, more input is needed, {@link output} is full, or a block begins
   * after at least `wanted` bytes of output. The last few hundred bytes of the input may stay
   * unused until more are put.
   *
   * @throws {CorruptSourceError} the stream is damaged or cut short.
   */
  step(wanted = MAX_WANTED): InflateStop {
    const result = this.#kernel.inflate(Math.min(Math.max(wanted, 0), MAX_WANTED));
    if (result > 0) return STOPS[result - 1]!;
    throw new CorruptSourceError(
      `${this.#where} ${FAULTS[-result - 1]}, near byte ${Math.min(Math.floor(this.bit / 8), this.#compressedBytes)} of ${this.#compressedBytes} compressed; copy or save the file again`,
    );
  }
}

/**
 * Makes an inflater, or returns one that was closed.
 *
 * @throws {UnsupportedSourceError} the engine has no WebAssembly.
 */
export function takeInflater(): Inflater {
  return idle.pop() ?? new Inflater();
}
