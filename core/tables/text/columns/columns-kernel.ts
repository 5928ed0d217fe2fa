import { type BatchExports, BatchInput } from '#core/tables/text/batch-input.ts';
import { type PowersExports, storeWidePowers } from '#core/tables/text/wide-powers.ts';
import { KERNEL_BYTES } from './wasm/kernel-bytes.ts';

/** The exports of `wasm/assembly/kernel.as`. */
interface KernelExports extends PowersExports, BatchExports {
  readonly OUTPUT: WebAssembly.Global;
  readonly ODDS: WebAssembly.Global;
  readonly PAGES: WebAssembly.Global;
  readonly rows: WebAssembly.Global;
  start(columns: number, delimiter: number, quote: number): void;
  expectKind(column: number, kind: number, low: bigint, high: bigint): void;
  convert(): number;
}

/** Most columns of records: the engine reads wider ones as text no slower. */
export const MAX_COLUMNS = 64;

/** How the values of a column are read. */
export interface ValueKind {
  /** As the kernel knows it; 0 for text. */
  readonly number: number;
  /** Of whole numbers: most behind a minus, and without one. Of decimals: the scale, the bound. */
  readonly least?: bigint;
  readonly most?: bigint;
}

/** What the kernel makes columns of. */
export interface RecordShape {
  readonly delimiter: string;
  /** Empty: none. */
  readonly quote: string;
  readonly kinds: readonly ValueKind[];
}

/** Pages of Parquet: two of each column, one after the other. */
export interface PageGroup {
  readonly rows: number;
  /** Valid until the next piece. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of each page where it begins, and its bytes; of text the second one has none. */
  readonly pages: Uint32Array<ArrayBuffer>;
}

let compiled: WebAssembly.Module | undefined;

/** Compiles the module once per process, in under 1 ms. What proved the records did so, too. */
function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(Buffer.from(KERNEL_BYTES, 'base64')));
  return compiled;
}

let idle: ColumnsKernel | undefined;

/**
 * One instance of the WebAssembly module: turns proved records into pages of Parquet, one text
 * after the other. Holds 6 MiB for usual texts, at most 60 MiB if records are as long as they may
 * be.
 */
export class ColumnsKernel {
  readonly #exports: KernelExports;
  readonly #memory: Uint8Array<ArrayBuffer>;
  readonly #input: BatchInput;
  #columns = 0;

  constructor() {
    const { exports } = new WebAssembly.Instance(kernelModule());
    this.#exports = exports as unknown as KernelExports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    this.#input = new BatchInput(this.#exports);
    storeWidePowers(this.#exports);
  }

  /** Keeps the kernel for {@link takeColumnsKernel}, after its last use. */
  close(): void {
    idle = this;
  }

  /** Begins a text of records; what is left of the one before is dropped. */
  start({ delimiter, quote, kinds }: RecordShape): void {
    this.#columns = kinds.length;
    this.#input.begin();
    const quoteByte = quote === '' ? 0 : quote.charCodeAt(0);
    this.#exports.start(kinds.length, delimiter.charCodeAt(0), quoteByte);
    for (const [column, { number, least = 0n, most = 0n }] of kinds.entries()) {
      this.#exports.expectKind(column, number, least, most);
    }
  }

  /** Takes as much of a piece as the batch has room for; returns how many bytes. */
  add(piece: Uint8Array): number {
    return this.#input.add(piece);
  }

  /** Whether the batch has no room: then it has to be converted. */
  get isFull(): boolean {
    return this.#input.isFull;
  }

  /** The records of the batch that have ended; the rest waits for the next one. */
  convert(): PageGroup {
    const { OUTPUT, PAGES, memory } = this.#exports;
    const length = this.#exports.convert();
    this.#input.begin();
    return {
      rows: length === 0 ? 0 : this.#exports.rows.value,
      bytes: this.#memory.subarray(OUTPUT.value, OUTPUT.value + length),
      pages: new Uint32Array(memory.buffer, PAGES.value, 4 * this.#columns),
    };
  }

  /** For each column whether all of its texts were plain: those of text are. */
  get plain(): readonly boolean[] {
    const { ODDS } = this.#exports;
    return Array.from({ length: this.#columns }, (_, at) => this.#memory[ODDS.value + at] === 0);
  }
}

/** An unused kernel, or a new one. */
export function takeColumnsKernel(): ColumnsKernel {
  const kernel = idle ?? new ColumnsKernel();
  idle = undefined;
  return kernel;
}
