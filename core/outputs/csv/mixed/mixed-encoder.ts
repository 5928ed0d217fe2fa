import type { CellWriter } from '#core/elements/cell-writer.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';
import { type Cursor, LINE_END, SHORT_COPY_BYTES } from '#core/outputs/csv/cursor.ts';
import { HeaderLine } from '#core/outputs/csv/header-line.ts';
import { createRowLabels } from '#core/outputs/csv/row-labels.ts';
import { maxCellBytes } from '#core/outputs/csv/text-bounds.ts';
import { type Parts, PartWriter } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { createGroupWriters } from './group-writers.ts';
import { cellOptionsOf, type MixedColumns } from './mixed-columns.ts';
import { createRowTemplate, type RowTemplate } from './row-template.ts';

export interface MixedEncoderOptions extends MixedColumns {
  /** Number of the group of each column. */
  readonly columnGroups: Uint8Array;
  /** The first part buffer. It and every later one may have any size except 0. */
  readonly buffer: Uint8Array;
}

/** Copies bytes `[from, to)` to `at`; returns the offset after them. */
function copy(bytes: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  if (to - from > SHORT_COPY_BYTES) target.set(bytes.subarray(from, to), at);
  else for (let i = from; i < to; i++) target[at + i - from] = bytes[i]!;
  return at + to - from;
}

class MixedEncoder implements ChunkEncoder {
  readonly #options: MixedEncoderOptions;
  readonly #out: PartWriter;
  readonly #template: RowTemplate;
  readonly #header: HeaderLine;
  /** One stored cell and its delimiter or line end, for a cell that lies in two parts. */
  readonly #cell: Uint8Array;

  constructor(options: MixedEncoderOptions) {
    this.#options = options;
    this.#out = new PartWriter(options.buffer);
    this.#template = createRowTemplate(options, options.columnGroups);
    this.#header = new HeaderLine(cellOptionsOf(options)[0]!);
    this.#cell = new Uint8Array(Math.max(...cellOptionsOf(options).map(maxCellBytes)) + 1);
  }

  header(names: Iterable<string>): Parts {
    return this.#header.write(this.#out, names);
  }

  *encode(slice: CsrSlice): Parts {
    const rows = slice.rowEnd - slice.rowStart;
    const writers = createGroupWriters(this.#options, slice.data);
    const cursor = { row: 0, column: 0, entry: 0, rowEnd: rows };
    if (!this.#options.dialect.index) return yield* this.#encodeRows(slice, writers, cursor);
    const labelOf = createRowLabels(slice, this.#options);
    for (cursor.rowEnd = 1; cursor.rowEnd <= rows; cursor.rowEnd++) {
      yield* this.#out.write(labelOf(cursor.row));
      yield* this.#encodeRows(slice, writers, cursor);
    }
  }

  finish(): Uint8Array {
    return this.#out.last();
  }

  /** Encodes all cells up to `cursor.rowEnd`. */
  *#encodeRows(slice: CsrSlice, writers: readonly CellWriter[], cursor: Cursor): Parts {
    for (;;) {
      this.#encodeFitting(slice, writers, cursor);
      if (cursor.row === cursor.rowEnd) return;
      yield* this.#encodeAcross(slice, writers, cursor);
    }
  }

  /** The byte after a cell: a line end after the last column. */
  #endOf(column: number): number {
    const { columns, dialect } = this.#options;
    return column + 1 === columns ? LINE_END : dialect.delimiter.charCodeAt(0);
  }

  /**
   * Encodes cells as long as each stored cell, with the unstored ones before it, fits into the part
   * under way. All state is in local variables, for speed.
   */
  #encodeFitting(slice: CsrSlice, writers: readonly CellWriter[], cursor: Cursor): void {
    const { indptr, indices } = slice;
    const { columns, columnGroups } = this.#options;
    const { bytes, starts } = this.#template;
    const { part } = this.#out;
    const { rowEnd } = cursor;
    const cellEnd = part.length - this.#cell.length;
    let { row, column, entry } = cursor;
    let at = this.#out.at;

    scan: for (; row < rowEnd; row++) {
      for (const end = indptr[row + 1]!; entry < end; entry++) {
        const next = indices[entry]!;
        const from = starts[column]!;
        const to = starts[next]!;
        if (at + to - from > cellEnd) break scan;
        at = copy(bytes, from, to, part, at);
        at = writers[columnGroups[next]!]!(entry, part, at);
        part[at++] = this.#endOf(next);
        column = next + 1;
      }
      const rest = bytes.length - starts[column]!;
      if (at + rest > part.length) break;
      if (column < columns) at = copy(bytes, starts[column]!, bytes.length, part, at);
      column = 0;
    }
    this.#out.at = at;
    Object.assign(cursor, { row, column, entry });
  }

  /** Encodes up to and with the next stored cell, or to the end of the row, over several parts. */
  *#encodeAcross(slice: CsrSlice, writers: readonly CellWriter[], cursor: Cursor): Parts {
    const { bytes, starts } = this.#template;
    const { column, entry } = cursor;
    if (entry === slice.indptr[cursor.row + 1]!) {
      cursor.row += 1;
      cursor.column = 0;
      return yield* this.#out.write(bytes.subarray(starts[column]!));
    }
    const next = slice.indices[entry]!;
    yield* this.#out.write(bytes.subarray(starts[column]!, starts[next]!));
    const end = writers[this.#options.columnGroups[next]!]!(entry, this.#cell, 0);
    this.#cell[end] = this.#endOf(next);
    cursor.column = next + 1;
    cursor.entry = entry + 1;
    yield* this.#out.write(this.#cell.subarray(0, end + 1));
  }
}

/**
 * Creates the encoder of the CSV text of columns of several dtypes: each column is printed as
 * pandas prints it by its own dtype.
 *
 * The text of unstored cells is made once for all columns and copied, so nothing is densified.
 *
 * @see docs/csv-text.md
 */
export function createMixedEncoder(options: MixedEncoderOptions): ChunkEncoder {
  return new MixedEncoder(options);
}
