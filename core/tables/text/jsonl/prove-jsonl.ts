import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { proveText, type WriteText } from '#core/tables/text/text-slice.ts';
import { Utf8Proof } from '#core/tables/text/utf8.ts';
import {
  type JsonlFault,
  type JsonlKernel,
  type JsonlShape,
  takeJsonlKernel,
} from './jsonl-kernel.ts';

/** A run of lines of a text of JSON. */
export interface JsonlSlice extends JsonlShape {
  /** Name of the object in messages. */
  readonly uri: string;
  /** Offset of the first line in the (inflated) text of the object. */
  readonly start: number;
  /** True if the slice ends where its object ends, not at a cut. */
  readonly isLast: boolean;
  /** Gets the begins of objects, counted from `start`; valid during the call. */
  readonly onStarts?: (starts: Float64Array) => void;
}

/** What was proved of a slice. */
export interface JsonlProof {
  /** Objects of the slice; its proved text has a line for each. */
  readonly records: number;
  /** Bytes of the slice. */
  readonly bytes: number;
  /** Bytes of the longest line of the proved text: the engine needs room for it. */
  readonly longestLine: number;
  /** Of records: for each column whether every value had its form, or was none. */
  readonly plain: readonly boolean[];
}

const FAULT_TEXTS: Record<Exclude<JsonlFault, 'wrong-kind'>, string> = {
  'not-object':
    'no object; write one object {…} for each record, each on a line of its own, without a list around them',
  'cut-short': 'an end of the line within its object; write each object on one line',
  'no-name': 'no key in double quotes, as JSON has them, and no end of the object',
  'no-colon': 'no colon behind a key',
  'no-value':
    'no value of JSON: expected a text in double quotes, a number, true, false, null, a list or an object',
  'bad-number': 'a number that JSON does not have; write it as a text, or without leading zeros',
  'no-comma': 'neither a comma nor an end behind a value',
  'more-values': 'text behind the object of the line; write each object on a line of its own',
  control: 'a control character within a text; write it as an escape, such as \\t or \\u0001',
  'bad-escape': 'an escape that JSON does not have; write a backslash as \\\\',
  'lone-surrogate': 'half of a surrogate pair, which stands for no character; repair the text',
  deep: 'an object or list within 64 others, the most that are read',
  'two-keys': 'a key that its object has already; rename or remove one of the two',
  'many-keys': 'a line with more than 131072 keys in open objects, the most that are read',
  'long-line': 'a line that is longer than a record may be (4 MiB); split it',
};

const BOUNDS: ReadonlySet<JsonlFault> = new Set(['deep', 'many-keys', 'long-line']);

/** One sentence: the object, the line, the byte, what is there, and what to do. */
function refuse(slice: JsonlSlice, kernel: JsonlKernel, what: string, at: number): string {
  const line = `line ${kernel.lines + 1} from byte ${slice.start} on`;
  const begins = `begins at byte ${slice.start + kernel.lineOffset}`;
  return `${slice.uri} has at byte ${slice.start + at} ${what} (${line}, which ${begins})`;
}

function assertNoFault(slice: JsonlSlice, kernel: JsonlKernel, fault?: JsonlFault): void {
  if (fault === undefined) return;
  const what =
    fault === 'wrong-kind'
      ? `another value than the schema says, ${kernel.expected}; give the column the type of its values`
      : FAULT_TEXTS[fault];
  const message = refuse(slice, kernel, what, kernel.faultOffset);
  throw BOUNDS.has(fault) ? new BoundExceededError(message) : new CorruptSourceError(message);
}

class JsonlProver {
  readonly #slice: JsonlSlice;
  readonly #kernel: JsonlKernel;
  readonly #utf8 = new Utf8Proof();
  #bytes = 0;

  constructor(slice: JsonlSlice, kernel: JsonlKernel) {
    this.#slice = slice;
    this.#kernel = kernel;
    kernel.start(slice, slice.start === 0);
    if (slice.onStarts !== undefined) kernel.keepStarts();
  }

  /** Most bytes that are taken at once. */
  get pieceBytes(): number {
    const { pieceBytes, startCapacity } = this.#kernel;
    return this.#slice.onStarts === undefined ? pieceBytes : Math.min(pieceBytes, startCapacity);
  }

  push(piece: Uint8Array): Uint8Array<ArrayBuffer> {
    const bad = this.#utf8.push(piece);
    const sound = bad === undefined ? piece : piece.subarray(0, Math.max(0, bad - this.#bytes));
    assertNoFault(this.#slice, this.#kernel, this.#kernel.scan(sound, false));
    this.#checkUtf8(bad);
    this.#bytes += piece.length;
    this.#slice.onStarts?.(this.#kernel.starts);
    return this.#kernel.text;
  }

  #checkUtf8(bad: number | undefined): void {
    if (bad === undefined) return;
    const what = 'a byte that is no UTF-8; save the file as UTF-8';
    throw new CorruptSourceError(refuse(this.#slice, this.#kernel, what, bad));
  }

  /** The error of a cut within a line; blanks may lie before it, and so an object ends no line. */
  #wrongCut(): CorruptSourceError | undefined {
    if (this.#slice.isLast || this.#kernel.lineOffset === this.#bytes) return undefined;
    const what = 'no beginning of a line, where the plan cuts it; plan the run again';
    return new CorruptSourceError(refuse(this.#slice, this.#kernel, what, this.#bytes));
  }

  /** Proves a last line without a line feed. */
  finish(): Uint8Array<ArrayBuffer> {
    this.#checkUtf8(this.#utf8.finish());
    const wrong = this.#wrongCut();
    const { records } = this.#kernel;
    const fault = this.#kernel.scan(new Uint8Array(), true);
    const isBlank = fault === undefined && this.#kernel.records === records;
    if (wrong !== undefined && !isBlank) throw wrong;
    assertNoFault(this.#slice, this.#kernel, fault);
    this.#slice.onStarts?.(this.#kernel.starts);
    return this.#kernel.text;
  }

  /** A line that has not ended waits. */
  get openBytes(): number {
    return 0;
  }

  get proof(): JsonlProof {
    const { records, longestLine } = this.#kernel;
    const plain = (this.#slice.forms ?? []).map((_, column) => this.#kernel.isPlain(column));
    return { records, bytes: this.#bytes, longestLine, plain };
  }
}

/**
 * Proves the lines of a slice and writes their text in the one form that the engine gets: an object
 * of RFC 8259 on each line, no blank lines, no key twice, and every number as a text (`1.10`
 * becomes `"1.10"`), since the engine would read it through a double. `true` and `false` stay; as
 * the engine reads each single value as a text, the schema's casts see them and numbers as they
 * were written.
 *
 * With `forms` it writes records of CSV instead, with a field for each column in its order, which
 * the engine reads in half the time: texts are quoted, numbers, `true` and `false` stand as they
 * were written, and what is null or absent is an empty field without quotes.
 *
 * Objects and lists stand only where the columns say so. A slice may end anywhere between two
 * lines, or behind blanks before an object. A byte order mark at the start of an object is passed.
 *
 * Holds what a {@link JsonlKernel} holds besides the pieces.
 *
 * @throws {CorruptSourceError} a line is no such object; names the line and the byte.
 * @throws {BoundExceededError} a line is longer than 4 MiB, or has too many keys or too
 * deep values.
 */
export async function proveJsonl(
  slice: JsonlSlice,
  pieces: AsyncIterable<Uint8Array>,
  write: WriteText,
): Promise<JsonlProof> {
  const kernel = takeJsonlKernel();
  try {
    return await proveText(new JsonlProver(slice, kernel), { pieces, write });
  } finally {
    kernel.close();
  }
}
