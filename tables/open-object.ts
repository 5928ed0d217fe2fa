import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { type ParquetFooter, readFooter } from '#core/containers/parquet/footer.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import type { TextPlaces } from '#core/stage/gzip-places.ts';
import { isParquet } from '#core/tables/order/content-format.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import {
  checkedCompression,
  HEAD_BYTES,
  type TableFormat,
  tableFormatOf,
} from '#core/tables/order/table-format.ts';
import type { TableSourceFormat } from '#core/tables/run/asked-table.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { type CsvFormat, csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { type CsvHead, readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import { readText, type TextCompression } from '#core/tables/text/read-text.ts';

/** What is said of the objects of a table. */
export interface SaidTable {
  readonly format?: TableSourceFormat | undefined;
  readonly compression?: TextCompression | undefined;
  readonly csv: CsvFormat;
}

/** What is said of every object by the layout of its table. */
export function saidBy({ format, compression, csv }: TableLayout): SaidTable {
  // A table of a database has no objects.
  const said = format === 'postgres' ? {} : { format };
  return { ...said, compression, csv: csv ?? csvFormatSection.parse({}) };
}

/** Whether a text has no bytes, which is a table without rows; compressed it would have some. */
export function isEmptyText(
  { uri, size }: SourcePin,
  said: Pick<SaidTable, 'format' | 'compression'>,
): boolean {
  const named = formatOfName(uri);
  const compression = said.compression ?? named.compression ?? 'none';
  const format = said.format ?? named.format ?? 'parquet';
  return size === 0 && compression === 'none' && format !== 'parquet';
}

interface OpenedText {
  readonly source: ByteSource;
  readonly compression: TextCompression;
  /** Of a text in gzip that is read as a plain one, by its seek index: where it is stored. */
  readonly places?: TextPlaces;
}

/** An object of a table whose head was read. */
export type OpenedObject =
  | (OpenedText & { readonly format: 'csv'; readonly csv: CsvFormat; readonly head: CsvHead })
  | (OpenedText & { readonly format: 'jsonl' })
  | {
      readonly format: 'parquet';
      readonly source: ByteSource;
      readonly footer: ParquetFooter;
    };

/** The head of a text, inflated, may be so long before its first record ends. */
const MAX_HEAD_TEXT_BYTES = 1024 ** 4;

function readHead(source: ByteSource, compression: TextCompression): AsyncGenerator<Uint8Array> {
  const maxTextBytes = MAX_HEAD_TEXT_BYTES;
  return readText(source, { compression, maxTextBytes, blockBytes: HEAD_BYTES });
}

async function firstText(source: ByteSource, compression: TextCompression): Promise<Uint8Array> {
  for await (const piece of readHead(source, compression)) {
    if (piece.length > 0) return new Uint8Array(piece);
  }
  return new Uint8Array();
}

/** Begin and end of an object, so that one that is small is read once. */
async function withEnds(source: ByteSource, { format }: SaidTable): Promise<ByteSource> {
  const head = { offset: 0, length: HEAD_BYTES };
  const tail = { offset: source.size - HEAD_BYTES, length: HEAD_BYTES };
  return await withPrefetched(source, format === 'parquet' ? [head, tail] : [head]);
}

/**
 * The format that the request says, or the other objects of the table; what the name says of
 * itself needs no word of these.
 */
function saidFormat(uri: string, { format }: SaidTable): TableSourceFormat | undefined {
  return formatOfName(uri).format === format ? undefined : format;
}

async function formatOf(source: ByteSource, said: SaidTable): Promise<TableFormat> {
  const { uri } = source;
  const head = await source.read({ offset: 0, length: Math.min(HEAD_BYTES, source.size) });
  const found = checkedCompression({ uri, head }, said.compression);
  const compression = said.compression === 'none' ? undefined : said.compression;
  const text = isParquet(head) ? head : await firstText(source, found);
  return tableFormatOf({ uri, head, text, asked: { format: saidFormat(uri, said), compression } });
}

/** An empty text that is compressed has some bytes. */
function assertNotEmpty({ uri, size }: ByteSource, said: SaidTable): void {
  const compression = said.compression ?? formatOfName(uri).compression ?? 'none';
  if (size > 0 || compression === 'none') return;
  throw new CorruptSourceError(
    `${uri} is no whole ${compression} file: it is empty; copy or compress it again`,
  );
}

/**
 * Reads the head of an object of a table: which format and compression it has, the header of CSV
 * and the footer of Parquet.
 *
 * One read of 64 KiB, and another for Parquet; more where header or footer are longer. Holds these.
 *
 * @throws {UnsupportedSourceError} the content is not what is said, or is not read.
 * @throws {CorruptSourceError} header or footer are not sound.
 * @throws {BoundExceededError} header or footer are too long.
 */
export async function openObject(source: ByteSource, said: SaidTable): Promise<OpenedObject> {
  assertNotEmpty(source, said);
  const near = await withEnds(source, said);
  const { format, compression = 'none' } = await formatOf(near, said);
  // The slice reads the object itself: what is held of it here ends with this.
  if (format === 'parquet') return { format, source, footer: await readFooter(near) };
  if (format === 'jsonl') return { format, source, compression };
  const head = await readCsvHead(source.uri, readHead(near, compression), said.csv);
  return { format, source, compression, csv: said.csv, head };
}
