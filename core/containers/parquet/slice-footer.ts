import type { ByteRange } from '#core/bytes/byte-source.ts';
import { CompactReader, type ThriftField } from './compact-reader.ts';
import { CompactWriter } from './compact-writer.ts';
import { PARQUET_MAGIC, type ParquetFooter } from './footer.ts';
import type { RowGroup } from './row-groups.ts';

/** Row groups `start <= i < end`. */
export interface RowGroupRange {
  readonly start: number;
  readonly end: number;
}

/** Fields of `ColumnChunk`: indexes of pages lie outside of the row groups, and are not copied. */
const CHUNK_DROPPED: ReadonlySet<number> = new Set([4, 5, 6, 7]);

/** Fields of `ColumnMetaData`: an index page that nobody writes, and Bloom filters. */
const COLUMN_DROPPED: ReadonlySet<number> = new Set([10, 14, 15]);

/** Fields of `RowGroup`: where it lies, and its number in the file; optional both. */
const GROUP_DROPPED: ReadonlySet<number> = new Set([5, 7]);

/** A Parquet file made of some row groups of another. */
export interface ParquetSlice {
  readonly rows: number;
  /** What to copy, in order: a range of the source, and where it begins in the slice. */
  readonly copies: readonly { readonly from: ByteRange; readonly at: number }[];
  /** How much farther from the begin the bytes lie in the source. */
  readonly shift: number;
  /** Bytes to copy. */
  readonly copyBytes: number;
  /** What follows the copies: footer, its length and the magic. */
  readonly end: { readonly bytes: Uint8Array; readonly at: number };
}

/** Copies the structs of a footer, but for the fields that change. */
class FooterCopy {
  readonly writer = new CompactWriter();
  readonly #footer: ParquetFooter;
  readonly #shift: number;

  constructor(footer: ParquetFooter, shift: number) {
    this.#footer = footer;
    this.#shift = shift;
  }

  #reader(at: number): CompactReader {
    return new CompactReader(this.#footer.bytes, `the footer of ${this.#footer.uri}`, at);
  }

  /** Copies a field byte by byte. */
  #same(reader: CompactReader, field: ThriftField): void {
    const start = reader.at;
    reader.skip(field.type);
    this.writer.field(field);
    this.writer.raw(this.#footer.bytes.subarray(start, reader.at));
  }

  /** Copies an offset to where its bytes lie in the slice. Dictionaries at 0 are none. */
  #offset(reader: CompactReader, { id, type }: ThriftField): void {
    const offset = reader.integer(type);
    if (offset > 0) this.writer.i64(id, offset - this.#shift);
  }

  /** Copies a struct; `change` takes the fields that do not stay as they are. */
  #struct(reader: CompactReader, change: (field: ThriftField) => boolean): void {
    this.writer.struct(() => {
      reader.struct((field) => {
        if (!change(field)) this.#same(reader, field);
      });
    });
  }

  #drop(reader: CompactReader, { id, type }: ThriftField, dropped: ReadonlySet<number>): boolean {
    if (!dropped.has(id)) return false;
    reader.skip(type);
    return true;
  }

  #column(reader: CompactReader): void {
    this.#struct(reader, (field) => {
      if (this.#drop(reader, field, COLUMN_DROPPED)) return true;
      if (field.id !== 9 && field.id !== 11) return false;
      this.#offset(reader, field);
      return true;
    });
  }

  #chunk(reader: CompactReader): void {
    this.#struct(reader, (field) => {
      if (this.#drop(reader, field, CHUNK_DROPPED)) return true;
      if (field.id === 2) {
        // Where a copy of this description lies, which no writer of today makes.
        reader.skip(field.type);
        this.writer.i64(2, 0);
      } else if (field.id === 3) {
        this.writer.field(field);
        this.#column(reader);
      } else return false;
      return true;
    });
  }

  #rowGroup({ described }: RowGroup): void {
    const reader = this.#reader(described.start);
    this.#struct(reader, (field) => {
      if (this.#drop(reader, field, GROUP_DROPPED)) return true;
      if (field.id !== 1) return false;
      this.writer.structs(1, this.#footer.leaves.length);
      reader.structs(field.type, () => this.#chunk(reader));
      return true;
    });
  }

  /** Writes the footer with only these row groups. */
  file(groups: readonly RowGroup[]): void {
    const reader = this.#reader(0);
    const rows = groups.reduce((sum, group) => sum + group.rows, 0);
    this.#struct(reader, ({ id, type }) => {
      if (id !== 3 && id !== 4) return false;
      reader.skip(type);
      if (id === 3) this.writer.i64(3, rows);
      else {
        this.writer.structs(4, groups.length);
        for (const group of groups) this.#rowGroup(group);
      }
      return true;
    });
  }
}

/** Reading so many bytes that are not wanted is cheaper than another request. */
const MAX_GAP_BYTES = 1024 * 1024;

/**
 * Older programs left the header of the dictionary page out of the length of a column chunk. It has
 * at most so many bytes; Arrow reads as many more.
 * @see https://issues.apache.org/jira/browse/PARQUET-816
 */
export const UNCOUNTED_BYTES = 100;

/** Ranges of the file that hold these row groups, with the small gaps between them. */
function rangesOf(groups: readonly RowGroup[], end: number): readonly ByteRange[] {
  const joins: { offset: number; length: number }[] = [];
  const all = groups.flatMap(({ ranges }) => ranges);
  for (const { offset, length } of all.toSorted((a, b) => a.offset - b.offset)) {
    const last = joins.at(-1);
    const until = Math.min(end, offset + length + UNCOUNTED_BYTES);
    if (last === undefined || offset > last.offset + last.length + MAX_GAP_BYTES)
      joins.push({ offset, length: until - offset });
    else last.length = until - last.offset;
  }
  return joins;
}

/** Footer, its length and the magic. */
function endOf(footer: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(footer.length + 4 + PARQUET_MAGIC.length);
  bytes.set(footer);
  new DataView(bytes.buffer).setUint32(footer.length, footer.length, true);
  bytes.set(PARQUET_MAGIC, footer.length + 4);
  return bytes;
}

/**
 * Plans the Parquet file that holds exactly the rows of the row groups `start <= i < end` of
 * another: their bytes as they are, at their own distances, and a footer that lists only them.
 *
 * Schema and key-value metadata stay; page indexes and Bloom filters are left out. Reads nothing.
 * Without row groups it is a file of no rows, in which an engine finds the types of the columns.
 */
export function sliceFooter(footer: ParquetFooter, { start, end }: RowGroupRange): ParquetSlice {
  const groups = footer.rowGroups.slice(start, end).filter(({ rows }) => rows > 0);
  const ranges = rangesOf(groups, footer.offset);
  const shift = (ranges[0]?.offset ?? PARQUET_MAGIC.length) - PARQUET_MAGIC.length;
  const copy = new FooterCopy(footer, shift);
  copy.file(groups);
  const copies = ranges.map((from) => ({ from, at: from.offset - shift }));
  const last = copies.at(-1);
  return {
    rows: groups.reduce((sum, { rows }) => sum + rows, 0),
    copies,
    shift,
    copyBytes: ranges.reduce((sum, { length }) => sum + length, 0),
    end: {
      bytes: endOf(copy.writer.finish()),
      at: last === undefined ? PARQUET_MAGIC.length : last.at + last.from.length,
    },
  };
}
