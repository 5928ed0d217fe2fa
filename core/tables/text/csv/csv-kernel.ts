import { UnsupportedSourceError } from '#core/errors.ts';
import { type CsvFormat, MAX_RECORD_BYTES } from './csv-format.ts';
import { FORM_NUMBERS, type PlainForm } from './plain-form.ts';
import { KERNEL_BYTES } from './wasm/kernel-bytes.ts';

/** The exports of `wasm/assembly/kernel.as`. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly INPUT_CAPACITY: WebAssembly.Global;
  readonly INPUT: WebAssembly.Global;
  readonly textBytes: WebAssembly.Global;
  readonly foundFields: WebAssembly.Global;
  setCharacters(delimiter: number, quote: number): void;
  start(columns: number, maxRecordBytes: number, forbidsNewlines: number): void;
  startFragment(isInside: number): void;
  readonly START_CAPACITY: WebAssembly.Global;
  readonly STARTS: WebAssembly.Global;
  readonly startCount: WebAssembly.Global;
  keepStarts(): void;
  cutOffset(): number;
  longestRecord(): number;
  recordCount(): number;
  recordOffset(): number;
  quoteOffset(): number;
  errorOffset(): number;
  makeRoom(): number;
  addInput(bytes: number): void;
  scan(isEnd: number): number;
  finish(): number;
  openBytes(): number;
  readonly MAX_CHECKED: WebAssembly.Global;
  expectForm(column: number, form: number, digits: number): void;
  isPlain(column: number): number;
}

/** Why a text is refused, in the order of the kernel's numbers from 1 on. */
const FAULTS = [
  'nul',
  'quote-in-field',
  'text-after-quote',
  'lone-cr',
  'newline-in-quotes',
  'wrong-fields',
  'long-record',
  'open-quote',
] as const;

export type CsvFault = (typeof FAULTS)[number];

/** What the records of a text are held to. */
export interface CsvShape {
  readonly format: CsvFormat;
  /** Fields of each record. */
  readonly columns: number;
  /** @default 4 MiB */
  readonly maxRecordBytes?: number;
  /** For each column the form in which a field is plain; undefined where none is asked about. */
  readonly forms?: readonly (PlainForm | undefined)[];
}

/** Bytes of a block that the kernel may keep for its next scan. */
const KEPT_BYTES = 64;

let compiled: WebAssembly.Module | undefined;

/** Compiles the module once per process, in under 1 ms. */
function kernelModule(): WebAssembly.Module {
  if (typeof WebAssembly === 'undefined') {
    throw new UnsupportedSourceError(
      'the source is a CSV table, which takes WebAssembly to prove, and this engine has none; run Node.js without --jitless',
    );
  }
  compiled ??= new WebAssembly.Module(Uint8Array.from(Buffer.from(KERNEL_BYTES, 'base64')));
  return compiled;
}

const idle: CsvKernel[] = [];

/** Most unused kernels that are kept for later. */
const MAX_IDLE = 2;

/**
 * One instance of the WebAssembly module: proves the records of one text after the other. Holds
 * 1.2 MiB for any text.
 */
export class CsvKernel {
  readonly #exports: KernelExports;
  readonly #memory: Uint8Array<ArrayBuffer>;
  /** Most bytes of a piece. */
  readonly pieceBytes: number;

  /** @throws {UnsupportedSourceError} the engine has no WebAssembly. */
  constructor() {
    const module = kernelModule();
    const { exports } = new WebAssembly.Instance(module);
    this.#exports = exports as unknown as KernelExports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
    this.pieceBytes = this.#exports.INPUT_CAPACITY.value - KEPT_BYTES;
  }

  /** Keeps the kernel for {@link takeCsvKernel}, after its last use. */
  close(): void {
    if (idle.length < MAX_IDLE) idle.push(this);
  }

  /** Begins a text at a record; what is left of the one before is dropped. */
  start({ format, columns, maxRecordBytes = MAX_RECORD_BYTES, forms = [] }: CsvShape): void {
    const { delimiter, quote, quotedNewlines } = format;
    this.#exports.setCharacters(delimiter.charCodeAt(0), quote === '' ? 0 : quote.charCodeAt(0));
    this.#exports.start(columns, maxRecordBytes, quotedNewlines ? 0 : 1);
    for (const [column, form] of forms.slice(0, this.#exports.MAX_CHECKED.value).entries()) {
      if (form === undefined) continue;
      this.#exports.expectForm(column, FORM_NUMBERS[form.kind], form.digits ?? 0);
    }
  }

  /** Whether every field of a column, which must have a form, had it or was empty. */
  isPlain(column: number): boolean {
    return column < this.#exports.MAX_CHECKED.value && this.#exports.isPlain(column) !== 0;
  }

  /** Begins a text anywhere, within quotes or not: its first end of a record is only passed. */
  startFragment(shape: CsvShape, isInside: boolean): void {
    this.start(shape);
    this.#exports.startFragment(isInside ? 1 : 0);
  }

  /** Keeps {@link starts} of this text. Its pieces have at most {@link startCapacity} bytes. */
  keepStarts(): void {
    this.#exports.keepStarts();
  }

  get startCapacity(): number {
    return this.#exports.START_CAPACITY.value;
  }

  /** Where the records begin that ended in the last {@link scan} and {@link finish}. */
  get starts(): Float64Array<ArrayBuffer> {
    const { STARTS, startCount } = this.#exports;
    return new Float64Array(this.#memory.buffer, STARTS.value, startCount.value);
  }

  /** Where the first record of a fragment begins; 0 if it has not come yet. */
  get cutOffset(): number {
    return this.#exports.cutOffset();
  }

  /** Bytes of the longest record before its line feed. */
  get longestRecord(): number {
    return this.#exports.longestRecord();
  }

  /** Records that have ended. */
  get records(): number {
    return this.#exports.recordCount();
  }

  /** Where the record under way begins. */
  get recordOffset(): number {
    return this.#exports.recordOffset();
  }

  /** Where the last quoted field that did not end in its block begins, or the last before it. */
  get quoteOffset(): number {
    return this.#exports.quoteOffset();
  }

  /** Where the fault of the last {@link scan} or {@link finish} was seen. */
  get errorOffset(): number {
    return this.#exports.errorOffset();
  }

  /** Fields of the record that has a wrong number of them. */
  get foundFields(): number {
    return this.#exports.foundFields.value;
  }

  /**
   * Bytes at the end of the proved text of the last {@link scan} that belong to a record that has
   * not ended: more than the text has if the record began before it.
   */
  get openBytes(): number {
    return this.#exports.openBytes();
  }

  /** The proved text of the last {@link scan} or {@link finish}; valid until the next scan. */
  get text(): Uint8Array<ArrayBuffer> {
    const start = this.#exports.INPUT.value;
    return this.#memory.subarray(start, start + this.#exports.textBytes.value);
  }

  /**
   * Proves the next piece of the text, at most {@link pieceBytes}; less than 64 bytes of it may
   * wait for the next one, unless it is the last.
   */
  scan(piece: Uint8Array, isEnd: boolean): CsvFault | undefined {
    this.#memory.set(piece, this.#exports.makeRoom());
    this.#exports.addInput(piece.length);
    return FAULTS[this.#exports.scan(isEnd ? 1 : 0) - 1];
  }

  /** Ends the text after its last piece, and gives its last record a line feed. */
  finish(): CsvFault | undefined {
    return FAULTS[this.#exports.finish() - 1];
  }
}

/** An unused kernel, or a new one. */
export function takeCsvKernel(): CsvKernel {
  return idle.pop() ?? new CsvKernel();
}
