import { type BatchExports, BatchInput } from '#core/tables/text/batch-input.ts';
import { type PowersExports, storeWidePowers } from '#core/tables/text/wide-powers.ts';
import { KERNEL_BYTES } from './wasm/kernel-bytes.ts';

/** The exports of `wasm/assembly/kernel.as`. */
interface KernelExports extends PowersExports, BatchExports {
  readonly MAX_WAITING: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  start(columns: number): void;
  expectKind(column: number, kind: number): void;
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
  readonly #input: BatchInput;

  constructor(kinds: readonly CopyKind[]) {
    const { exports } = new WebAssembly.Instance(kernelModule());
    this.#exports = exports as unknown as KernelExports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    this.#input = new BatchInput(this.#exports);
    storeWidePowers(this.#exports);
    this.#exports.start(kinds.length);
    for (const [column, kind] of kinds.entries()) this.#exports.expectKind(column, kind);
  }

  /** Takes as much of a piece as the batch has room for; returns how many bytes. */
  add(piece: Uint8Array): number {
    return this.#input.add(piece);
  }

  /** Whether the batch has no room: then it has to be converted. */
  get isFull(): boolean {
    return this.#input.isFull;
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
    const { OUTPUT, MAX_WAITING, rows } = this.#exports;
    const length = this.#exports.convert();
    if (length < 0 || this.waiting > MAX_WAITING.value) return undefined;
    this.#input.begin();
    const bytes = this.#memory.subarray(OUTPUT.value, OUTPUT.value + length);
    return { rows: rows.value, bytes };
  }
}
