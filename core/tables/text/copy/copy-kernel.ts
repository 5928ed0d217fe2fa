import { type PowersExports, storeWidePowers } from '#core/tables/text/wide-powers.ts';
import { KERNEL_BYTES } from './wasm/kernel-bytes.ts';

/** The exports of `wasm/assembly/kernel.as`. */
interface KernelExports extends PowersExports {
  readonly BATCH: WebAssembly.Global;
  readonly MAX_WAITING: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  start(columns: number): void;
  expectKind(column: number, kind: number): void;
  inputEnd(): number;
  addInput(bytes: number): void;
  waiting(): number;
  convert(): number;
}

/** What a column of a table of PostgreSQL holds, as the kernel knows it. */
export const COPY_KINDS = {
  text: 0,
  integer: 1,
  bigint: 2,
  real: 4,
  doublePrecision: 5,
  date: 6,
  timestamp: 7,
  boolean: 8,
  smallint: 16,
  numeric: 17,
  time: 18,
  timestamptz: 19,
  uuid: 20,
  bytea: 21,
} as const;

export type CopyKind = (typeof COPY_KINDS)[keyof typeof COPY_KINDS];

/** Rows of `COPY`. */
export interface CopiedRows {
  readonly rows: number;
  /** Valid until the next piece. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

let compiled: WebAssembly.Module | undefined;

/** Compiles the module once per process, in under 1 ms. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(Buffer.from(KERNEL_BYTES, 'base64')));
  return compiled;
}

/**
 * One instance of the WebAssembly module: turns records, as the engine writes them, into rows of
 * `COPY … (FORMAT binary)`. Holds 4 MiB for usual texts, at most 15 MiB if records are as long as
 * they may be.
 *
 * @see https://www.postgresql.org/docs/current/sql-copy.html, Binary Format
 */
export class CopyKernel {
  readonly #exports: KernelExports;
  readonly #memory: Uint8Array<ArrayBuffer>;
  /** Bytes that the batch under way has room for. */
  #room: number;

  constructor(kinds: readonly CopyKind[]) {
    const { exports } = new WebAssembly.Instance(kernelModule());
    this.#exports = exports as unknown as KernelExports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    storeWidePowers(this.#exports);
    this.#room = this.#exports.BATCH.value;
    this.#exports.start(kinds.length);
    for (const [column, kind] of kinds.entries()) this.#exports.expectKind(column, kind);
  }

  /** Takes as much of a piece as the batch has room for; returns how many bytes. */
  add(piece: Uint8Array): number {
    const taken = piece.subarray(0, this.#room);
    this.#memory.set(taken, this.#exports.inputEnd());
    this.#exports.addInput(taken.length);
    this.#room -= taken.length;
    return taken.length;
  }

  /** Whether the batch has no room: then it has to be converted. */
  get isFull(): boolean {
    return this.#room === 0;
  }

  /** Bytes of a record that has not ended. */
  get waiting(): number {
    return this.#exports.waiting();
  }

  /**
   * The records of the batch that have ended; the rest waits for the next one. Undefined if a value
   * is not spelled in the plainest way, or a record is longer than 4 MiB: then no more may follow.
   */
  convert(): CopiedRows | undefined {
    const { OUTPUT, BATCH, MAX_WAITING, rows } = this.#exports;
    const length = this.#exports.convert();
    if (length < 0 || this.waiting > MAX_WAITING.value) return undefined;
    this.#room = BATCH.value;
    const bytes = this.#memory.subarray(OUTPUT.value, OUTPUT.value + length);
    return { rows: rows.value, bytes };
  }
}
