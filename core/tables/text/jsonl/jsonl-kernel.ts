import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { FORM_NUMBERS, type PlainForm } from '#core/tables/text/csv/plain-form.ts';
import { type JsonField, type JsonNodes, listNodes, ROOT_NODE } from './json-shape.ts';
import { KERNEL_BYTES } from './wasm/kernel-bytes.ts';

/** The exports of `wasm/assembly/kernel.as`. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly LINE_CAPACITY: WebAssembly.Global;
  readonly OUTPUT: WebAssembly.Global;
  readonly NAMES: WebAssembly.Global;
  readonly MAX_NODES: WebAssembly.Global;
  readonly MAX_NAME_BYTES: WebAssembly.Global;
  readonly textBytes: WebAssembly.Global;
  readonly faultNode: WebAssembly.Global;
  startSchema(): void;
  setNode(node: number, kind: number, values: number): void;
  addField(struct: number, name: number, bytes: number, node: number): void;
  start(maxLineBytes: number, rootNode: number, isMarked: number, columns: number): void;
  recordPiece(columns: number): number;
  expectForm(column: number, form: number, digits: number): void;
  isPlain(column: number): number;
  readonly START_CAPACITY: WebAssembly.Global;
  readonly STARTS: WebAssembly.Global;
  readonly startCount: WebAssembly.Global;
  keepStarts(): void;
  longestLine(): number;
  recordCount(): number;
  lineCount(): number;
  lineOffset(): number;
  faultOffset(): number;
  makeRoom(): number;
  addInput(bytes: number): void;
  scan(isEnd: number): number;
}

/** Why a text is refused, in the order of the kernel's numbers from 1 on. */
const FAULTS = [
  'not-object',
  'cut-short',
  'no-name',
  'no-colon',
  'no-value',
  'bad-number',
  'no-comma',
  'more-values',
  'control',
  'bad-escape',
  'lone-surrogate',
  'deep',
  'two-keys',
  'many-keys',
  'long-line',
  'wrong-kind',
] as const;

export type JsonlFault = (typeof FAULTS)[number];

/** The kernel's kinds of nodes. */
const KINDS = { scalar: 1, decimal: 1, struct: 2, list: 3, map: 4 } as const;

/** What the lines of a text are held to. */
export interface JsonlShape {
  /** The columns: what is expected below these keys. Other keys may hold anything. */
  readonly columns: readonly JsonField[];
  /** At most 4 MiB. @default 4 MiB */
  readonly maxLineBytes?: number;
  /**
   * Where given, lines become records of CSV, whose columns are single values, at most
   * {@link MAX_RECORD_COLUMNS}: for each the form that its values are compared with, if any.
   */
  readonly forms?: readonly (PlainForm | undefined)[];
}

/** Most columns of lines that become records: each takes a byte where the line has none. */
export const MAX_RECORD_COLUMNS = 256;

let compiled: WebAssembly.Module | undefined;

/** Compiles the module once per process, in under 1 ms. */
function kernelModule(): WebAssembly.Module {
  if (typeof WebAssembly === 'undefined') {
    throw new UnsupportedSourceError(
      'the source is a table of JSON lines, which takes WebAssembly to prove, and this engine has none; run Node.js without --jitless',
    );
  }
  compiled ??= new WebAssembly.Module(Uint8Array.from(Buffer.from(KERNEL_BYTES, 'base64')));
  return compiled;
}

let idle: JsonlKernel | undefined;

/**
 * One instance of the WebAssembly module: proves the lines of one text after the other. Holds 4 MiB
 * for usual texts, at most 27 MiB if lines are as long as they may be.
 */
export class JsonlKernel {
  readonly #exports: KernelExports;
  readonly #memory: Uint8Array<ArrayBuffer>;
  #nodes: JsonNodes | undefined;
  #pieceBytes = 0;

  /** @throws {UnsupportedSourceError} the engine has no WebAssembly. */
  constructor() {
    const module = kernelModule();
    const { exports } = new WebAssembly.Instance(module);
    this.#exports = exports as unknown as KernelExports;
    this.#memory = new Uint8Array(this.#exports.memory.buffer);
  }

  /** Keeps the kernel for {@link takeJsonlKernel}, after its last use. */
  close(): void {
    idle = this;
  }

  /**
   * Begins a text at a line; what is left of the one before is dropped.
   *
   * @param mayBeMarked whether a byte order mark may stand before the first line.
   * @throws {BoundExceededError} the schema has more than 32,767 fields, or their names 1 MiB.
   */
  start({ columns, maxLineBytes = Infinity, forms = [] }: JsonlShape, mayBeMarked: boolean): void {
    const most = Math.min(maxLineBytes, this.#exports.LINE_CAPACITY.value);
    this.#setSchema(listNodes(columns));
    this.#exports.start(most, ROOT_NODE, mayBeMarked ? 1 : 0, forms.length);
    this.#pieceBytes = this.#exports.recordPiece(forms.length);
    for (const [column, form] of forms.entries()) {
      if (form !== undefined) {
        this.#exports.expectForm(column, FORM_NUMBERS[form.kind], form.digits ?? 0);
      }
    }
  }

  /** Most bytes of a piece of this text. */
  get pieceBytes(): number {
    return this.#pieceBytes;
  }

  /** Whether every value of a column of records had the form of the column, or was none. */
  isPlain(column: number): boolean {
    return this.#exports.isPlain(column) !== 0;
  }

  #setSchema(tree: JsonNodes): void {
    const { MAX_NODES, MAX_NAME_BYTES, NAMES } = this.#exports;
    const names = tree.fields.map(({ name }) => Buffer.from(name));
    const nameBytes = names.reduce((sum, { length }) => sum + length, 0);
    if (tree.nodes.length > MAX_NODES.value || nameBytes > MAX_NAME_BYTES.value) {
      throw new BoundExceededError(
        `the schema has ${tree.nodes.length - 2} columns and fields with names of ${nameBytes} bytes, at most ${MAX_NODES.value - 2} and ${MAX_NAME_BYTES.value} are allowed; leave out some`,
      );
    }
    this.#nodes = tree;
    this.#exports.startSchema();
    for (const [node, one] of tree.nodes.entries()) {
      if (one !== undefined) {
        this.#exports.setNode(node, KINDS[one.shape.kind], tree.values.get(node) ?? 0);
      }
    }
    let at = NAMES.value;
    for (const [k, { struct, node }] of tree.fields.entries()) {
      const name = names[k]!;
      this.#memory.set(name, at);
      this.#exports.addField(struct, at, name.length, node);
      at += name.length;
    }
  }

  /** Keeps {@link starts} of this text. Its pieces have at most {@link startCapacity} bytes. */
  keepStarts(): void {
    this.#exports.keepStarts();
  }

  get startCapacity(): number {
    return this.#exports.START_CAPACITY.value;
  }

  /** Where the objects begin that ended in the last {@link scan}. */
  get starts(): Float64Array<ArrayBuffer> {
    const { STARTS, startCount } = this.#exports;
    return new Float64Array(this.#memory.buffer, STARTS.value, startCount.value);
  }

  /** Bytes of the longest line of the proved text, with its line feed. */
  get longestLine(): number {
    return this.#exports.longestLine();
  }

  /** Objects that have ended. */
  get records(): number {
    return this.#exports.recordCount();
  }

  /** Lines that have ended, blank ones too. */
  get lines(): number {
    return this.#exports.lineCount();
  }

  /** Where the line under way begins. */
  get lineOffset(): number {
    return this.#exports.lineOffset();
  }

  /** Where the fault of the last {@link scan} lies. */
  get faultOffset(): number {
    return this.#exports.faultOffset();
  }

  /** What the schema says where the value is of another kind: a path and its kind. */
  get expected(): string {
    const { path, shape } = this.#nodes!.nodes[this.#exports.faultNode.value]!;
    const kinds = { list: 'a list', map: 'an object', struct: 'an object' };
    const what = shape.kind in kinds ? kinds[shape.kind as keyof typeof kinds] : 'a single value';
    return `${what} in ${shownName(path)}`;
  }

  /** The proved text of the last {@link scan}; valid until the next one. */
  get text(): Uint8Array<ArrayBuffer> {
    const start = this.#exports.OUTPUT.value;
    return this.#memory.subarray(start, start + this.#exports.textBytes.value);
  }

  /**
   * Proves the next piece of the text, at most {@link pieceBytes}; a line that does not end in it
   * waits for the next one, unless it is the last.
   */
  scan(piece: Uint8Array, isEnd: boolean): JsonlFault | undefined {
    this.#memory.set(piece, this.#exports.makeRoom());
    this.#exports.addInput(piece.length);
    return FAULTS[this.#exports.scan(isEnd ? 1 : 0) - 1];
  }
}

/** An unused kernel, or a new one. */
export function takeJsonlKernel(): JsonlKernel {
  const kernel = idle ?? new JsonlKernel();
  idle = undefined;
  return kernel;
}
