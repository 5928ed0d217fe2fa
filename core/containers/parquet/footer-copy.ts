import { CompactReader, type ThriftField } from './compact-reader.ts';
import { CompactWriter } from './compact-writer.ts';
import { PARQUET_MAGIC, type ParquetFooter } from './footer.ts';
import type { RowGroup } from './row-groups.ts';

/** Fields of `ColumnChunk`: indexes of pages lie outside of the row groups, and are not copied. */
const CHUNK_DROPPED: ReadonlySet<number> = new Set([4, 5, 6, 7]);

/** Fields of `ColumnMetaData`: an index page that nobody writes, and Bloom filters. */
const COLUMN_DROPPED: ReadonlySet<number> = new Set([10, 14, 15]);

/** Fields of `RowGroup`: where it lies, and its number in the file; optional both. */
const GROUP_DROPPED: ReadonlySet<number> = new Set([5, 7]);

/** A row group whose bytes lie elsewhere now. */
export interface MovedGroup {
  readonly footer: ParquetFooter;
  /** Of that footer. */
  readonly group: RowGroup;
  /** How much farther from the begin the bytes lie in the file of that footer. */
  readonly shift: number;
}

/** Copies the structs of a footer, but for the fields that change. */
class FooterCopy {
  readonly #writer: CompactWriter;
  readonly #template: ParquetFooter;
  readonly #footer: ParquetFooter;
  readonly #shift: number;

  constructor(writer: CompactWriter, template: ParquetFooter, footer = template, shift = 0) {
    this.#writer = writer;
    this.#template = template;
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
    this.#writer.field(field);
    this.#writer.raw(this.#footer.bytes.subarray(start, reader.at));
  }

  /** Copies an offset to where its bytes lie in the slice. Dictionaries at 0 are none. */
  #offset(reader: CompactReader, { id, type }: ThriftField): void {
    const offset = reader.integer(type);
    if (offset > 0) this.#writer.i64(id, offset - this.#shift);
  }

  /** Copies a struct; `change` takes the fields that do not stay as they are. */
  #struct(reader: CompactReader, change: (field: ThriftField) => boolean): void {
    this.#writer.struct(() => {
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

  #column(reader: CompactReader, leaf: number): void {
    this.#struct(reader, (field) => {
      if (this.#drop(reader, field, COLUMN_DROPPED)) return true;
      if (field.id === 3) {
        reader.skip(field.type);
        this.#writer.texts(3, this.#template.leaves[leaf]!.path);
      } else if (field.id === 9 || field.id === 11) this.#offset(reader, field);
      else return false;
      return true;
    });
  }

  #chunk(reader: CompactReader, leaf: number): void {
    this.#struct(reader, (field) => {
      if (this.#drop(reader, field, CHUNK_DROPPED)) return true;
      if (field.id === 2) {
        // Where a copy of this description lies, which no writer of today makes.
        reader.skip(field.type);
        this.#writer.i64(2, 0);
      } else if (field.id === 3) {
        this.#writer.field(field);
        this.#column(reader, leaf);
      } else return false;
      return true;
    });
  }

  rowGroup({ described }: RowGroup): void {
    const reader = this.#reader(described.start);
    this.#struct(reader, (field) => {
      if (this.#drop(reader, field, GROUP_DROPPED)) return true;
      if (field.id !== 1) return false;
      let leaf = 0;
      this.#writer.structs(1, this.#footer.leaves.length);
      reader.structs(field.type, () => this.#chunk(reader, leaf++));
      return true;
    });
  }

  /** Copies the footer with other row groups. */
  file(groups: readonly MovedGroup[]): void {
    const reader = this.#reader(0);
    const rows = groups.reduce((sum, { group }) => sum + group.rows, 0);
    this.#struct(reader, ({ id, type }) => {
      if (id !== 3 && id !== 4) return false;
      reader.skip(type);
      if (id === 3) this.#writer.i64(3, rows);
      else {
        this.#writer.structs(4, groups.length);
        for (const { footer, group, shift } of groups) {
          new FooterCopy(this.#writer, this.#template, footer, shift).rowGroup(group);
        }
      }
      return true;
    });
  }
}

/** Footer, its length and the magic. */
function withLength(footer: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(footer.length + 4 + PARQUET_MAGIC.length);
  bytes.set(footer);
  new DataView(bytes.buffer).setUint32(footer.length, footer.length, true);
  bytes.set(PARQUET_MAGIC, footer.length + 4);
  return bytes;
}

/**
 * What ends a Parquet file of row groups that were copied: the footer with these alone, its length
 * and the magic. The rest of the footer, as schema and key-value metadata, is the template's, and
 * so are the names of columns.
 */
export function endOfFile(template: ParquetFooter, groups: readonly MovedGroup[]): Uint8Array {
  const writer = new CompactWriter();
  new FooterCopy(writer, template).file(groups);
  return withLength(writer.finish());
}
