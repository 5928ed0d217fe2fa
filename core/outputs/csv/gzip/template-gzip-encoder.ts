import type { Figures } from '#core/checksum/figures.ts';
import type { CellWriter } from '#core/elements/cell-writer.ts';
import { type Cursor, LINE_END } from '#core/outputs/csv/cursor.ts';
import { naText } from '#core/outputs/csv/implicit-text.ts';
import { cellOptionsOf, type MixedColumns } from '#core/outputs/csv/mixed/mixed-columns.ts';
import { createRowTemplate } from '#core/outputs/csv/mixed/row-template.ts';
import { cutSegments, type Segments } from '#core/outputs/csv/mixed/segments.ts';
import { createRowLabels } from '#core/outputs/csv/row-labels.ts';
import { maxCellBytes } from '#core/outputs/csv/text-bounds.ts';
import type { GzipEncoder } from '#core/outputs/gzip/gzip-encoder.ts';
import { MemberWriter } from '#core/outputs/gzip/member-writer.ts';
import { WINDOW_BYTES } from '#core/outputs/gzip/text-deflater.ts';
import type { Parts } from '#core/outputs/part-writer.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { MAX_MATCH, MIN_MATCH } from './deflate-symbols.ts';
import { afterHeader, HeaderText } from './header-text.ts';
import { RecentCells, type UnitRun } from './recent-cells.ts';
import { RowCrc } from './row-crc.ts';
import { TokenWriter } from './token-writer.ts';

export interface TemplateGzipOptions extends MixedColumns {
  /** Number of the group of each column. */
  readonly columnGroups: Uint8Array;
  /** Makes the functions that write the stored cells of a slice, one for each group. */
  createWriters(slice: CsrSlice): readonly CellWriter[];
  /** The first part buffer. */
  readonly buffer: Uint8Array;
}

/** Most bytes of unstored cells in one step. */
const STEP_TEXT_BYTES = 64 * 1024;

/** Most bytes that a step writes: 15 bits for each byte of the longest row name, all quotes. */
const STEP_BYTES = 256 * 1024;
/** From here on the stage is emptied; a row name and a step fit behind it. */
const FULL_BYTES = STEP_BYTES;
const STAGE_BYTES = FULL_BYTES + 2 * STEP_BYTES;

/** Bytes that numbers and words are made of, beside those of the request. */
const ALPHABET = '\n-.0123456789e+infTrueFalse';

const NO_UNITS: UnitRun = { unit: -1, bytes: 0 };

function alphabetOf(options: MixedColumns, units: readonly Uint8Array[]): Uint8Array {
  // A name may have any byte.
  if (options.dialect.index) return Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const utf8 = new TextEncoder();
  const texts = cellOptionsOf(options).map((cell) => utf8.encode(ALPHABET + naText(cell)));
  return new Uint8Array(new Set([...texts, ...units].flatMap((text) => [...text])));
}

class TemplateGzipEncoder implements GzipEncoder {
  readonly #options: TemplateGzipOptions;
  readonly #out: MemberWriter;
  readonly #parts: Segments;
  readonly #crc: RowCrc;
  readonly #tokens: TokenWriter;
  readonly #stepCells: number;
  /** One stored cell and its delimiter or line end. */
  readonly #cell: Uint8Array;
  #header: HeaderText | undefined;
  readonly #recent = new RecentCells();
  /** Bytes of the next unstored cells that are written already. */
  #begun = 0;
  /** The segment that the next cell is in. */
  #segment = 0;

  constructor(options: TemplateGzipOptions) {
    const { columnGroups, buffer } = options;
    this.#options = options;
    this.#out = new MemberWriter(buffer);
    this.#parts = cutSegments(options, columnGroups);
    this.#crc = new RowCrc(createRowTemplate(options, columnGroups));
    const { units } = this.#parts;
    const lengths = units.map(({ length }) => length);
    this.#tokens = new TokenWriter(STAGE_BYTES, alphabetOf(options, units), units);
    this.#stepCells = Math.floor(STEP_TEXT_BYTES / Math.max(...lengths));
    this.#cell = new Uint8Array(Math.max(...cellOptionsOf(options).map(maxCellBytes)) + 1);
  }

  get content(): Figures {
    return afterHeader(this.#header, this.#crc.figures);
  }

  *header(names: Iterable<string>): Parts {
    yield* this.#out.open();
    this.#header ??= new HeaderText(this.#out, cellOptionsOf(this.#options)[0]!);
    yield* this.#header.write(names);
  }

  *encode(slice: CsrSlice): Parts {
    yield* this.#out.open();
    const rows = slice.rowEnd - slice.rowStart;
    const writers = this.#options.createWriters(slice);
    const { index } = this.#options.dialect;
    const labelOf = index ? createRowLabels(slice, this.#options) : undefined;
    const cursor = { row: 0, column: 0, entry: 0, rowEnd: rows };
    for (let labelled = -1; cursor.row < rows; ) {
      if (labelOf !== undefined && labelled < cursor.row) {
        labelled = cursor.row;
        this.#putLabel(labelOf(labelled));
      }
      this.#encodeRow(slice, writers, cursor);
      if (this.#tokens.at > FULL_BYTES) yield* this.#flush();
    }
  }

  *end(): Parts {
    yield* this.#out.open();
    this.#tokens.end();
    yield* this.#flush();
    yield* this.#out.close(this.content);
  }

  finish(): Uint8Array {
    return this.#out.last();
  }

  /** Takes over the whole bytes that were written since the last call. */
  *#flush(): Parts {
    const { stage, at } = this.#tokens;
    yield* this.#out.write(stage.subarray(0, at));
    this.#tokens.at = 0;
  }

  #putLabel(label: Uint8Array): void {
    this.#tokens.step();
    this.#tokens.text(label, 0, label.length);
    this.#crc.addBytes(label, label.length);
  }

  /** Encodes cells up to the end of the row, or until the stage is full. */
  #encodeRow({ indptr, indices }: CsrSlice, writers: readonly CellWriter[], cursor: Cursor): void {
    const { columns, columnGroups, dialect } = this.#options;
    const delimiter = dialect.delimiter.charCodeAt(0);
    const end = indptr[cursor.row + 1]!;
    while (cursor.column < columns || cursor.entry < end) {
      if (this.#tokens.at > FULL_BYTES) return;
      this.#tokens.step();
      const next = cursor.entry < end ? indices[cursor.entry]! : columns;
      const to = Math.min(next, cursor.column + this.#stepCells);
      if (to > cursor.column) this.#putCells(cursor.column, to);
      cursor.column = to;
      if (to < next || next === columns) continue;
      cursor.column += 1;
      const length = writers[columnGroups[next]!]!(cursor.entry, this.#cell, 0) + 1;
      this.#cell[length - 1] = cursor.column === columns ? LINE_END : delimiter;
      cursor.entry += 1;
      this.#putCell(
        length,
        this.#unitsFrom(cursor.column, cursor.entry < end ? indices[cursor.entry]! : columns - 1),
      );
    }
    cursor.row += 1;
    cursor.column = 0;
    this.#segment = 0;
  }

  /**
   * The unstored cells of one segment that begin in a column.
   *
   * @param stored the next column that is stored, or the last one.
   */
  #unitsFrom(column: number, stored: number): UnitRun {
    if (column >= stored) return NO_UNITS;
    const { segments, units } = this.#parts;
    while (segments[this.#segment]!.end <= column) this.#segment += 1;
    const { unit, end } = segments[this.#segment]!;
    return { unit, bytes: (Math.min(end, stored) - column) * units[unit]!.length };
  }

  /**
   * Writes a stored cell. If it was written not long before, it is copied from there, with as much
   * of the unstored cells after it as are the same there.
   */
  #putCell(length: number, after: UnitRun): void {
    const { bytes: at } = this.#crc;
    const before = this.#recent.replace(this.#cell, length, { at, after });
    this.#crc.addBytes(this.#cell, length);
    this.#begun = 0;
    if (before === undefined || at - before.at > WINDOW_BYTES) {
      this.#tokens.text(this.#cell, 0, length);
      return;
    }
    if (before.after.unit === after.unit) {
      this.#begun = Math.min(before.after.bytes, after.bytes, MAX_MATCH - length);
    }
    this.#tokens.far(length + this.#begun, at - before.at);
  }

  /** Writes the unstored cells of columns `[from, to)`. */
  #putCells(from: number, to: number): void {
    const { segments, units } = this.#parts;
    const { columns } = this.#options;
    this.#crc.addCells(from, to);
    for (let column = from; column < to; ) {
      while (segments[this.#segment]!.end <= column) this.#segment += 1;
      const segment = segments[this.#segment]!;
      const end = Math.min(to, segment.end);
      const unit = units[segment.unit]!;
      const isLast = end === columns;
      this.#putUnits(unit, segment.unit, (end - column) * unit.length - (isLast ? 1 : 0));
      if (isLast) this.#tokens.literal(LINE_END);
      column = end;
    }
  }

  /** Writes the first `bytes` bytes of a unit that repeats, but for those that are written. */
  #putUnits(unit: Uint8Array, number: number, bytes: number): void {
    let at = this.#begun;
    this.#begun = 0;
    if (at === 0 && bytes >= unit.length) {
      this.#tokens.unit(number);
      at = unit.length;
    }
    // A match copies the unit before, of which all must be there.
    if (at >= unit.length && bytes - at >= MIN_MATCH) this.#tokens.run(bytes - at, number);
    else for (; at < bytes; at++) this.#tokens.literal(unit[at % unit.length]!);
  }
}

/**
 * Creates an encoder of one gzip member of columns of several dtypes, or of rows with an index. It
 * is made from the stored cells alone: the text of the others, whose row template is known, never
 * exists.
 *
 * Holds about 13 bytes per column, 1 MB of tables, and a step of 768 KiB.
 */
export function createTemplateGzipEncoder(options: TemplateGzipOptions): GzipEncoder {
  return new TemplateGzipEncoder(options);
}
