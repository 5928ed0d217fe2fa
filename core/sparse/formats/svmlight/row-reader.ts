import { BoundExceededError } from '#core/errors.ts';
import type { LineBlock } from '#core/text/line-block.ts';
import { isTokenEnd, NEWLINE, TextCursor } from '#core/text/text-cursor.ts';
import { pythonFloat, pythonInt } from './python-float.ts';

const HASH = 0x23;
const COLON = 0x3a;
const COMMA = 0x2c;

/** Highest index: columns are int32, here as in scikit-learn. */
const MAX_INDEX = 2 ** 31 - 1;

/** How rows are read. */
export interface RowOptions {
  /** Name of the text in messages. */
  readonly uri: string;
  /**
   * If true, the label becomes column 0. If false, a line may have no label, one, or several with
   * commas between them.
   */
  readonly labels: boolean;
  /** The lowest index that is allowed: 1 if the request says that columns are counted from 1. */
  readonly lowest: 0 | 1;
  /** Number that is added to each index to get its column. */
  readonly shift: number;
}

/** The rows of one block. The next block uses the same arrays. */
export interface RowBatch {
  /** For each row, the number of entries of the batch up to its end. */
  readonly rowEnds: Int32Array;
  readonly indices: Int32Array;
  readonly data: Float64Array;
}

/**
 * Reads rows as `sklearn.datasets.load_svmlight_file` does: `label [qid:…] index:value … #
 * comment`. Blank lines and comment lines are not rows. Within a row, indices ascend strictly.
 * Without the option `labels`, lines are read as with `multilabel=True`; with it as without
 * `multilabel=True`.
 *
 * Holds 12 bytes per entry and 4 per row of the largest block.
 */
export class RowReader {
  readonly #cursor: TextCursor;
  readonly #options: RowOptions;
  #rowEnds = new Int32Array();
  #indices = new Int32Array();
  #data = new Float64Array();
  #rows = 0;
  #entries = 0;
  #minIndex = Number.POSITIVE_INFINITY;
  #maxIndex = -1;

  constructor(options: RowOptions) {
    this.#options = options;
    this.#cursor = new TextCursor(options.uri, pythonFloat);
  }

  /** Lowest index so far, as in the text; Infinity before the first. */
  get minIndex(): number {
    return this.#minIndex;
  }

  /** Highest index so far, as in the text; -1 before the first. */
  get maxIndex(): number {
    return this.#maxIndex;
  }

  /**
   * Reads the rows of a block.
   *
   * @throws {CorruptSourceError} a line has not this format; names the line.
   * @throws {BoundExceededError} an index is above 2^31 - 1.
   */
  read(block: LineBlock): RowBatch {
    const cursor = this.#cursor;
    cursor.load(block);
    this.#makeRoom(block.end - block.start);
    while (cursor.at < cursor.end) {
      const code = cursor.skipBlanks();
      if (code !== NEWLINE && code !== HASH) this.#readRow();
      cursor.skipLine();
    }
    return {
      rowEnds: this.#rowEnds.subarray(0, this.#rows),
      indices: this.#indices.subarray(0, this.#entries),
      data: this.#data.subarray(0, this.#entries),
    };
  }

  /**
   * Makes room for a block: a row takes at least two bytes and an entry four; each label is an
   * entry more.
   */
  #makeRoom(bytes: number): void {
    this.#rows = 0;
    this.#entries = 0;
    if (this.#rowEnds.length >= bytes / 2) return;
    const rows = Math.ceil(bytes / 2);
    this.#rowEnds = new Int32Array(rows);
    this.#indices = new Int32Array(rows);
    this.#data = new Float64Array(rows);
  }

  #readRow(): void {
    if (this.#options.labels) {
      this.#refuseLabels();
      this.#indices[this.#entries] = 0;
      this.#data[this.#entries] = this.#cursor.readFloat();
      this.#entries++;
    } else {
      this.#skipLabel();
    }
    this.#cursor.skipBlanks();
    this.#skipQueryId();
    this.#readEntries();
    this.#rowEnds[this.#rows] = this.#entries;
    this.#rows++;
  }

  /** Refuses several labels in a line: they are no number that a column could hold. */
  #refuseLabels(): void {
    const { bytes, at } = this.#cursor;
    for (let to = at; !isTokenEnd(bytes[to]!); to++) {
      if (bytes[to] !== COMMA) continue;
      this.#cursor.fail(
        'one label per line, because labels is true; leave labels out (--labels) to read the entries alone',
      );
    }
  }

  /** Skips and checks the label, if the line has one. */
  #skipLabel(): void {
    const cursor = this.#cursor;
    const start = cursor.at;
    let hasComma = false;
    for (let at = start; !isTokenEnd(cursor.bytes[at]!); at++) {
      if (cursor.bytes[at] === COLON) return;
      if (cursor.bytes[at] === COMMA) hasComma = true;
    }
    if (!hasComma) {
      cursor.readFloat();
      return;
    }
    const labels = cursor.readToken(start).split(',');
    if (labels.some((label) => pythonFloat(label) === undefined)) {
      cursor.fail('labels that are numbers');
    }
  }

  /**
   * Skips `qid:…` before the entries. The text after the colon is not checked, as in scikit-learn.
   */
  #skipQueryId(): void {
    const cursor = this.#cursor;
    const { bytes, at } = cursor;
    if (bytes[at] !== 0x71 || bytes[at + 1] !== 0x69 || bytes[at + 2] !== 0x64) return;
    if (!cursor.readToken(at).includes(':')) cursor.fail('qid:number');
  }

  #readEntries(): void {
    const cursor = this.#cursor;
    const indices = this.#indices;
    const data = this.#data;
    const { shift, lowest } = this.#options;
    let entries = this.#entries;
    let previous = lowest - 1;
    for (;;) {
      const code = cursor.skipBlanks();
      if (code === NEWLINE || code === HASH) break;
      const index = this.#readIndex();
      if (index <= previous) this.#failOrder(index);
      if (previous < lowest && index < this.#minIndex) this.#minIndex = index;
      previous = index;
      cursor.at++;
      data[entries] = cursor.readFloat();
      indices[entries] = index + shift;
      entries++;
    }
    this.#entries = entries;
    if (previous >= lowest && previous > this.#maxIndex) this.#maxIndex = previous;
  }

  /** Reads an index up to its colon. */
  #readIndex(): number {
    const cursor = this.#cursor;
    const start = cursor.at;
    let index = cursor.readDigits();
    if (index === -1 || cursor.peek() !== COLON) {
      const text = cursor.readToken(start);
      const colon = text.indexOf(':');
      index = pythonInt(text.slice(0, Math.max(colon, 0))) ?? Number.NaN;
      cursor.at = start + colon;
      if (Number.isNaN(index)) cursor.fail('entries of index:value');
    }
    if (index <= MAX_INDEX) return index;
    throw new BoundExceededError(
      `${this.#options.uri} has the index ${index}, allowed are at most ${MAX_INDEX}; split the matrix by columns`,
    );
  }

  #failOrder(index: number): never {
    const { lowest } = this.#options;
    if (index < lowest) this.#cursor.fail(`indices from ${lowest} on instead of ${index}`);
    this.#cursor.fail(
      `indices that ascend strictly, but ${index} comes behind one that is not lower; sort them`,
    );
  }
}
