import { type CellWriter, createCellWriter } from '#core/elements/cell-writer.ts';
import type { DType } from '#core/elements/dtype.ts';
import { writeInteger } from '#core/elements/number-text.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import type { RowNames } from '#core/sparse/row-names.ts';
import { maxStepBytes } from './svmlight-bounds.ts';

const LABEL = 0x30;
const SPACE = 0x20;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
const NAN = new TextEncoder().encode('nan');

/** How far a slice is encoded. */
interface Cursor {
  row: number;
  entry: number;
  /** True when the label of the row is written. */
  isBegun: boolean;
}

interface SvmlightOptions {
  readonly columns: number;
  readonly dtype: DType;
  readonly zeroBased: boolean;
  /** Whether the first column is the label, and the next one the first column. */
  readonly hasLabel: boolean;
  /** Bytes of the longest label that is the text of a row. @default there are none */
  readonly labelBytes?: number | undefined;
  readonly buffer: Uint8Array;
}

/** Copies the text of a row; returns the offset after it. */
function copyText(
  { bytes, starts, ends }: RowNames,
  row: number,
  target: Uint8Array,
  at: number,
): number {
  const end = ends[row]!;
  let to = at;
  for (let from = starts[row]!; from < end; from += 1) target[to++] = bytes[from]!;
  return to;
}

class SvmlightEncoder implements ChunkEncoder {
  readonly #out: PartWriter;
  /** Digits of a truth value, which scikit-learn reads as numbers. */
  readonly #dtype: DType;
  readonly #hasLabel: boolean;
  /** What is added to columns. */
  readonly #first: number;
  /** Room of the longest step: a label, an entry, or the end of a line. */
  readonly #step: Uint8Array;

  constructor(options: SvmlightOptions) {
    const { columns, dtype, zeroBased, hasLabel, labelBytes = 0, buffer } = options;
    this.#out = new PartWriter(buffer);
    this.#dtype = dtype === 'bool' ? 'uint8' : dtype;
    this.#hasLabel = hasLabel;
    this.#first = (zeroBased ? 0 : 1) - (hasLabel ? 1 : 0);
    this.#step = new Uint8Array(Math.max(maxStepBytes(columns, dtype), labelBytes));
  }

  /** The format has no names. */
  *header(): Parts {}

  *encode(slice: CsrSlice): Parts {
    const write = createCellWriter(slice.data, this.#dtype, NAN);
    const cursor = { row: 0, entry: 0, isBegun: false };
    const rows = slice.rowEnd - slice.rowStart;
    for (;;) {
      this.#out.at = this.#fill(slice, write, cursor, this.#out.part, this.#out.at);
      if (cursor.row === rows) return;
      // What may not fit into the part: in a buffer of one step there is room for just one.
      const end = this.#fill(slice, write, cursor, this.#step, 0);
      yield* this.#out.write(this.#step.subarray(0, end));
    }
  }

  finish(): Uint8Array {
    return this.#out.last();
  }

  /** True if the first entry of a row is its label. */
  #isLabelled({ indptr, indices }: CsrSlice, row: number): boolean {
    const entry = indptr[row]!;
    return this.#hasLabel && entry < indptr[row + 1]! && indices[entry] === 0;
  }

  /** Writes the label of a row; returns the offset after it. */
  #putLabel(slice: CsrSlice, write: CellWriter, row: number, target: Uint8Array, at: number) {
    const { rowNames, indptr } = slice;
    if (rowNames !== undefined) return copyText(rowNames, row, target, at);
    if (this.#isLabelled(slice, row)) return write(indptr[row]!, target, at);
    target[at] = LABEL;
    return at + 1;
  }

  /**
   * Writes steps from `at` on, as long as the longest one fits; returns the offset after them. A
   * plain function with local variables, as it takes some 25 ns per count.
   */
  #fill(
    slice: CsrSlice,
    write: CellWriter,
    cursor: Cursor,
    target: Uint8Array,
    from: number,
  ): number {
    const { rowStart, rowEnd, indptr, indices } = slice;
    const rows = rowEnd - rowStart;
    const limit = target.length - this.#step.length;
    const first = this.#first;
    let { row, entry, isBegun } = cursor;
    let at = from;
    scan: for (; row < rows && at <= limit; row += 1) {
      const end = indptr[row + 1]!;
      if (!isBegun) {
        at = this.#putLabel(slice, write, row, target, at);
        if (this.#isLabelled(slice, row)) entry += 1;
      }
      isBegun = true;
      for (; entry < end; entry += 1) {
        if (at > limit) break scan;
        target[at] = SPACE;
        at = writeInteger(indices[entry]! + first, target, at + 1);
        target[at] = COLON;
        at = write(entry, target, at + 1);
      }
      if (at > limit) break;
      target[at++] = LINE_FEED;
      isBegun = false;
    }
    Object.assign(cursor, { row, entry, isBegun });
    return at;
  }
}

/**
 * Creates the encoder of one chunk's svmlight text. Takes no memory but the part buffer.
 *
 * @see docs/formats.md
 */
export function createSvmlightEncoder(options: SvmlightOptions): ChunkEncoder {
  return new SvmlightEncoder(options);
}
