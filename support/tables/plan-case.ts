import type { ByteSource } from '#core/bytes/byte-source.ts';
import { columnType } from '#core/containers/parquet/column-type.ts';
import { type ParquetFooter, readFooter } from '#core/containers/parquet/footer.ts';
import { tableFormatOf } from '#core/tables/order/table-format.ts';
import { mapColumns } from '#core/tables/schema/map-columns.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { type TableSchema, tableSchema } from '#core/tables/schema/table-schema.ts';
import { type CsvFormat, csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { mapHeader } from '#core/tables/text/csv/map-header.ts';
import { findLineCut } from '#core/tables/text/jsonl/find-line-cut.ts';
import { readText, type TextCompression } from '#core/tables/text/read-text.ts';
import type { TableSlice, TextPart } from '#tables/table-slice.ts';
import type { TableCase } from './table-case.ts';

const HEAD_BYTES = 64 * 1024;
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

type FindCut = (source: ByteSource, at: number) => Promise<number | undefined>;

interface Wanted {
  readonly schema: TableSchema;
  readonly byName: boolean;
  /** About so many bytes of text a slice. */
  readonly sliceBytes: number;
}

async function headOf(source: ByteSource): Promise<Uint8Array> {
  return await source.read({ offset: 0, length: Math.min(HEAD_BYTES, source.size) });
}

async function compressionOf(source: ByteSource, asked: TableCase): Promise<TextCompression> {
  const head = await headOf(source);
  const { compression = 'none' } = asked.options;
  const first = await readText(source, { compression, maxTextBytes: MAX_TEXT_BYTES }).next();
  const text = first.done === true ? new Uint8Array() : first.value;
  const said = { format: asked.format, compression: asked.options.compression };
  return tableFormatOf({ uri: source.uri, head, text, asked: said }).compression ?? 'none';
}

/** The parts of one text: cut about every so many bytes, unless it is compressed. */
async function partsOf(
  { source, compression, start }: TextPart,
  sliceBytes: number,
  cut: FindCut,
): Promise<TextPart[]> {
  const starts = [start];
  for (let at = start + sliceBytes; compression === 'none' && at < source.size; at += sliceBytes) {
    const found = await cut(source, at);
    if (found !== undefined && found > starts.at(-1)! && found < source.size) starts.push(found);
  }
  return starts.map((from, index) => {
    const end = starts[index + 1];
    return { source, compression, start: from, ...(end !== undefined && { end }) };
  });
}

async function planCsv(
  inputs: readonly ByteSource[],
  asked: TableCase,
  { schema, byName, sliceBytes }: Wanted,
): Promise<TableSlice[]> {
  const { delimiter, nullText } = asked.options;
  const csv: CsvFormat = csvFormatSection.parse({
    ...(delimiter !== undefined && { delimiter }),
    ...(nullText !== undefined && { nullText }),
  });
  const slices: TableSlice[] = [];
  let first: { uri: string; names: readonly string[] } | undefined;
  for (const source of inputs.filter(({ size }) => size > 0)) {
    const compression = await compressionOf(source, asked);
    const pieces = readText(source, { compression, maxTextBytes: MAX_TEXT_BYTES });
    const { fields: names, start } = await readCsvHead(source.uri, pieces, csv);
    first ??= { uri: source.uri, names };
    mapHeader(first, { uri: source.uri, names }, byName);
    const mapping = { schema, columns: {}, names, uri: source.uri, byName, leavesOut: false };
    const sources = mapColumns(mapping);
    const shape = { format: csv, columns: names.length };
    const cut: FindCut = (from, at) => findCut(from, at, shape);
    const parts = await partsOf({ source, compression, start }, sliceBytes, cut);
    const common = { format: 'csv', csv, fields: names.length, sources } as const;
    slices.push(...parts.map((part) => ({ ...common, parts: [part] })));
  }
  return slices;
}

async function planJsonl(
  inputs: readonly ByteSource[],
  asked: TableCase,
  { schema, byName, sliceBytes }: Wanted,
): Promise<TableSlice[]> {
  const keys = schema.map(({ name, type }) => ({ key: name, type }));
  const slices: TableSlice[] = [];
  for (const source of inputs) {
    const names = keys.map(({ key }) => key);
    const mapping = { schema, columns: {}, names, uri: source.uri, byName, leavesOut: true };
    const sources = mapColumns(mapping);
    const compression = await compressionOf(source, asked);
    const parts = await partsOf({ source, compression, start: 0 }, sliceBytes, findLineCut);
    slices.push(
      ...parts.map((part) => ({ format: 'jsonl', keys, sources, parts: [part] }) as const),
    );
  }
  return slices;
}

/** Every row group is a slice of its own; a file without rows is one, too. */
function groupsOf({ rowGroups }: ParquetFooter): { start: number; end: number }[] {
  const each = rowGroups.map((_, start) => ({ start, end: start + 1 }));
  return each.length > 0 ? each : [{ start: 0, end: 0 }];
}

async function planParquet(
  inputs: readonly ByteSource[],
  asked: TableCase,
  { schema, byName }: Wanted,
): Promise<TableSlice[]> {
  const slices: TableSlice[] = [];
  for (const source of inputs) {
    await compressionOf(source, asked);
    const footer = await readFooter(source);
    const all = footer.columns.map((column) => ({
      name: column.name,
      type: parseType(columnType(column, source.uri)),
    }));
    const names = all.map(({ name }) => name);
    const mapping = { schema, columns: {}, names, uri: source.uri, byName, leavesOut: false };
    const sources = mapColumns(mapping);
    for (const groups of groupsOf(footer)) {
      const part = { source, footer, groups };
      slices.push({ format: 'parquet', columns: all, sources, parts: [part] });
    }
  }
  return slices;
}

const PLANS = { csv: planCsv, jsonl: planJsonl, parquet: planParquet };

/** Cuts the inputs of a case into slices, in their order. */
export async function planCase(
  inputs: readonly ByteSource[],
  asked: TableCase,
  sliceBytes: number,
): Promise<readonly TableSlice[]> {
  const schema = tableSchema.parse(asked.schema);
  const { byName = false } = asked.options;
  return await PLANS[asked.format](inputs, asked, { schema, byName, sliceBytes });
}
