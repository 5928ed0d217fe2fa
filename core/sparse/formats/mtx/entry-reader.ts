import type { CsrData } from '#core/elements/csr-data.ts';
import type { EntryBatch } from '#core/sparse/stage/entry-source.ts';
import type { LineBlock } from '#core/text/line-block.ts';
import { isTokenEnd, NEWLINE, TextCursor } from '#core/text/text-cursor.ts';
import type { MtxHeader } from './header.ts';
import { readInteger } from './integer.ts';

/** Entries of a batch: 2 MiB of rows, columns and values. */
const BATCH_ENTRIES = 128 * 1024;

/** Numbers that SciPy's reader accepts besides plain decimals. */
const OTHER = /^-?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|(inf)(?:inity)?|(nan))$/i;

/** A number with the exponent of Fortran's double precision. */
const FORTRAN = /^[+-]?(?:\d+\.?\d*|\.\d+)d[+-]?\d+$/i;

/**
 * The double that `scipy.io.mmread` reads from a text. Undefined if it raises an error, or ignores
 * a part of the text.
 */
function parseReal(text: string): number | undefined {
  const [all, infinity, nan] = OTHER.exec(text) ?? [];
  if (all === undefined) return undefined;
  if (nan !== undefined) return Number.NaN;
  if (infinity === undefined) return Number(text);
  return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** What to do with a number that `mmread` does not read. */
function fixOf(text: string): string | undefined {
  if (!FORTRAN.test(text)) return undefined;
  return "an exponent of Fortran (D) is not read; write E: sed -E 's/([0-9.])[dD]([-+0-9])/\\1E\\2/' file";
}

function createValues({ dtype }: MtxHeader, entries: number): CsrData {
  if (dtype === 'int64') return new BigInt64Array(entries);
  if (dtype === 'uint64') return new BigUint64Array(entries);
  return new Float64Array(entries);
}

/** The array for row numbers; these need doubles only if they are above int32. */
function createRows({ shape }: MtxHeader, entries: number): Int32Array | Float64Array {
  return shape[0] <= 2 ** 31 ? new Int32Array(entries) : new Float64Array(entries);
}

/**
 * Reads lines of `row column [value]` as `scipy.io.mmread` does. A line of which `mmread` would
 * ignore a part (text after a value, the fraction of an integer) is refused.
 *
 * In a symmetric matrix, an entry off the diagonal is followed by its mirror image. Holds 2 MiB.
 */
export class EntryReader {
  /** Number of lines with entries so far. */
  lines = 0;
  readonly #header: MtxHeader;
  readonly #cursor: TextCursor;
  #rows: Int32Array | Float64Array = new Int32Array();
  #columns = new Int32Array();
  #values: CsrData = new Float64Array();
  /** A view of the same bytes as the values. */
  #words: Int32Array = new Int32Array();

  /** @param uri name of the text in messages. */
  constructor(uri: string, header: MtxHeader) {
    this.#header = header;
    this.#cursor = new TextCursor(uri, parseReal, fixOf);
  }

  /**
   * Reads the entries of a block, in batches that all use the same arrays.
   *
   * @throws {CorruptSourceError} a line is not an entry of the matrix; names the line.
   */
  *read(block: LineBlock): Generator<EntryBatch> {
    const cursor = this.#cursor;
    cursor.load(block);
    this.#makeRoom(block.end - block.start);
    const full = this.#columns.length - 1;
    let entries = 0;
    while (cursor.at < cursor.end) {
      if (entries >= full) {
        yield this.#batch(entries);
        entries = 0;
      }
      if (cursor.skipBlanks() === NEWLINE) {
        cursor.at++;
        continue;
      }
      entries = this.#readLine(entries);
    }
    if (entries > 0) yield this.#batch(entries);
  }

  /** Makes room for a block: a line takes at least four bytes and makes at most two entries. */
  #makeRoom(bytes: number): void {
    const entries = Math.min(BATCH_ENTRIES, Math.ceil(bytes / 2) + 2);
    if (this.#columns.length >= entries) return;
    this.#rows = createRows(this.#header, entries);
    this.#columns = new Int32Array(entries);
    this.#values = createValues(this.#header, entries);
    this.#words = new Int32Array(this.#values.buffer);
  }

  #batch(entries: number): EntryBatch {
    return {
      rows: this.#rows.subarray(0, entries),
      columns: this.#columns.subarray(0, entries),
      data: this.#values.subarray(0, entries),
    };
  }

  /**
   * Reads one line as entry number `at` of the batch, and adds its mirror image. @returns the
   * number of entries after that.
   */
  #readLine(at: number): number {
    const cursor = this.#cursor;
    const { shape, symmetry } = this.#header;
    const row = this.#readIndex(shape[0], 'row');
    cursor.skipBlanks();
    const column = this.#readIndex(shape[1], 'column');
    cursor.skipBlanks();
    this.#readValue(at);
    if (cursor.skipBlanks() !== NEWLINE) cursor.fail('nothing more in this line');
    cursor.at++;
    this.lines++;
    this.#rows[at] = row;
    this.#columns[at] = column;
    if (symmetry === 'general' || row === column) return at + 1;
    this.#rows[at + 1] = column;
    this.#columns[at + 1] = row;
    this.#copyValue(at, symmetry === 'skew-symmetric');
    return at + 2;
  }

  /** Reads a row or column, counted from 1. @returns it counted from 0. */
  #readIndex(limit: number, what: 'row' | 'column'): number {
    const cursor = this.#cursor;
    const index = cursor.readDigits();
    if (index >= 1 && index <= limit && isTokenEnd(cursor.peek())) return index - 1;
    return cursor.fail(`a ${what} from 1 to ${limit}`);
  }

  #readValue(at: number): void {
    const { dtype, isPattern } = this.#header;
    const values = this.#values;
    if (dtype === 'int64' || dtype === 'uint64') readInteger(this.#cursor, dtype, this.#words, at);
    else values[at] = isPattern ? 1 : this.#cursor.readFloat();
  }

  /** Copies the value of entry `at` to the next entry; with the other sign if `isNegated`. */
  #copyValue(at: number, isNegated: boolean): void {
    const values = this.#values;
    const value = values[at]!;
    values[at + 1] = isNegated ? -value : value;
  }
}
