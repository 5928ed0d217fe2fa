import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { CompactReader, type ThriftField } from './compact-reader.ts';
import { encrypted, type RowGroup, readRowGroups } from './row-groups.ts';
import { type ParquetSchema, readSchema } from './schema.ts';

/** What the end of a Parquet file says of it. */
export interface ParquetFooter extends ParquetSchema {
  readonly uri: string;
  readonly rows: number;
  readonly rowGroups: readonly RowGroup[];
  /** What the writer put in beside the table. */
  readonly keyValues: ReadonlyMap<string, string>;
  /** Program that wrote the file. */
  readonly createdBy: string | undefined;
  /** Where the footer begins in the file: behind all columns. */
  readonly offset: number;
  /** The footer itself, without its length and magic. */
  readonly bytes: Uint8Array;
}

/** Begins and ends a file. */
export const PARQUET_MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** Length and magic behind the footer. */
const END_BYTES = 8;

/** Footers of some dozens of columns and row groups are shorter. */
const TAIL_BYTES = 64 * 1024;

/** A footer of 10,000 columns and 200 row groups. */
const MAX_FOOTER_BYTES = 256 * 1024 * 1024;

function magicOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** @throws {CorruptSourceError | UnsupportedSourceError} no magic, or that of encrypted files. */
function checkMagic(source: ByteSource, bytes: Uint8Array, place: 'begin' | 'end'): void {
  const magic = magicOf(bytes);
  if (magic === 'PAR1') return;
  if (magic === 'PARE') throw encrypted(source.uri);
  throw new CorruptSourceError(
    `${source.uri} does not ${place} with PAR1, so it is no Parquet file or is cut short; copy or write it again`,
  );
}

/** Bytes of the footer. Reads the last 64 KiB, and once more where it is longer. */
async function readFooterBytes(source: ByteSource): Promise<Uint8Array> {
  const { uri, size } = source;
  if (size < PARQUET_MAGIC.length + END_BYTES) {
    throw new CorruptSourceError(
      `${uri} has ${size} bytes, which are too few for a Parquet file; copy or write it again`,
    );
  }
  const tail = await source.read({
    offset: Math.max(0, size - TAIL_BYTES),
    length: Math.min(TAIL_BYTES, size),
  });
  checkMagic(source, tail.subarray(-4), 'end');
  const view = new DataView(tail.buffer, tail.length - END_BYTES);
  const length = view.getUint32(0, true);
  const offset = size - END_BYTES - length;
  if (offset < PARQUET_MAGIC.length) {
    throw new CorruptSourceError(
      `${uri} says that its footer has ${length} bytes, but the file has only ${size}; it is cut short or damaged`,
    );
  }
  if (length > MAX_FOOTER_BYTES) {
    throw new BoundExceededError(
      `${uri} has a footer of ${length} bytes, allowed are ${MAX_FOOTER_BYTES}; write fewer or larger row groups`,
    );
  }
  if (length + END_BYTES <= tail.length) return tail.subarray(-length - END_BYTES, -END_BYTES);
  return await source.read({ offset, length });
}

/** Reads the key and the value of one `KeyValue` into `keyValues`. */
function readKeyValue(reader: CompactReader, keyValues: Map<string, string>): void {
  let key = '';
  let value = '';
  reader.struct(({ id, type }) => {
    if (id === 1) key = reader.text(type);
    else if (id === 2) value = reader.text(type);
    else reader.skip(type);
  });
  keyValues.set(key, value);
}

/** Collects the fields of `FileMetaData`. */
class FooterFields {
  readonly keyValues = new Map<string, string>();
  schema: ParquetSchema | undefined;
  rows: number | undefined;
  rowGroups: readonly RowGroup[] | undefined;
  createdBy: string | undefined;
  readonly #reader: CompactReader;
  readonly #end: number;

  constructor(reader: CompactReader, end: number) {
    this.#reader = reader;
    this.#end = end;
  }

  read({ id, type }: ThriftField): void {
    const reader = this.#reader;
    if (id === 2) this.schema = readSchema(reader, type);
    else if (id === 3) this.rows = reader.integer(type);
    else if (id === 4) this.rowGroups = this.#readRowGroups(type);
    else if (id === 5) reader.structs(type, () => readKeyValue(reader, this.keyValues));
    else if (id === 6) this.createdBy = reader.text(type);
    else if (id === 8) throw encrypted(reader.where);
    else reader.skip(type);
  }

  #readRowGroups(type: number): readonly RowGroup[] {
    if (this.schema === undefined) throw this.#reader.damaged('has row groups before its schema');
    return readRowGroups(this.#reader, type, { leaves: this.schema.leaves, end: this.#end });
  }
}

function parseFooter(source: ByteSource, bytes: Uint8Array): ParquetFooter {
  const reader = new CompactReader(bytes, `the footer of ${source.uri}`);
  const offset = source.size - END_BYTES - bytes.length;
  const fields = new FooterFields(reader, offset);
  reader.struct((field) => fields.read(field));
  const { schema, rows, rowGroups, keyValues, createdBy } = fields;
  if (schema === undefined || rows === undefined || rowGroups === undefined)
    throw reader.damaged('lacks its schema, its rows or its row groups');
  const sum = rowGroups.reduce((total, group) => total + group.rows, 0);
  if (sum !== rows)
    throw reader.damaged(`says that the file has ${rows} rows, but its row groups have ${sum}`);
  return { uri: source.uri, ...schema, rows, rowGroups, keyValues, createdBy, offset, bytes };
}

/**
 * Reads and checks the footer of a Parquet file: its schema, and where its row groups lie.
 *
 * One read of the last 64 KiB, and another where the footer is longer. Holds the footer (at most
 * 256 MiB) and some 200 bytes for each column and row group.
 *
 * @throws {CorruptSourceError} the file does not end as a Parquet file, or its footer contradicts
 * itself or the length of the file.
 * @throws {UnsupportedSourceError} the file, or some of its columns, are encrypted.
 * @throws {BoundExceededError} more than 256 MiB, 200,000 columns or 100,000 row groups.
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export async function readFooter(source: ByteSource): Promise<ParquetFooter> {
  return parseFooter(source, await readFooterBytes(source));
}

/**
 * Reads the footer of a Parquet file that was written whole, and checks that it begins as one.
 *
 * Two or three reads.
 *
 * @throws as {@link readFooter}; {CorruptSourceError} also if it does not begin with `PAR1`.
 */
export async function checkParquetFile(source: ByteSource): Promise<ParquetFooter> {
  const footer = await readFooter(source);
  checkMagic(source, await source.read({ offset: 0, length: PARQUET_MAGIC.length }), 'begin');
  return footer;
}
