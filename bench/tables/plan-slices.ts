import type { FileSource } from '#cli/sources/file-source.ts';
import { columnType } from '#core/containers/parquet/column-type.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { mapColumns } from '#core/tables/schema/map-columns.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import { findCut } from '#core/tables/text/csv/find-cut.ts';
import { readTextRange } from '#core/tables/text/read-text.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { SCHEMA } from './columns.ts';

/** What the table is read from: one object of CSV or Parquet, or several of JSON lines in gzip. */
export type SourceFormat = 'csv' | 'jsonl' | 'parquet';

const HEAD_BYTES = 64 * 1024;

/** What gives files of about 128 MiB from this table: bytes of the source for each. */
const SLICE_BYTES = { csv: 440e6, jsonl: 190e6, parquet: 128 * 1024 * 1024 };

const schema = tableSchema.parse(SCHEMA);

function sourcesOf(names: readonly string[], uri: string) {
  return mapColumns({ schema, columns: {}, names, uri, byName: false, leavesOut: false });
}

async function planCsv([source]: readonly FileSource[]): Promise<readonly TableSlice[]> {
  const { uri, size } = source!;
  const csv = csvFormatSection.parse({});
  const head = readTextRange(source!, { start: 0, end: Math.min(HEAD_BYTES, size) });
  const { fields: names, start } = await readCsvHead(uri, head, csv);
  const starts = [start];
  for (let at = start + SLICE_BYTES.csv; at < size; at += SLICE_BYTES.csv) {
    starts.push((await findCut(source!, at, { format: csv, columns: names.length }))!);
  }
  return starts.map((from, index) => ({
    ...({ format: 'csv', csv, fields: names.length, sources: sourcesOf(names, uri) } as const),
    parts: [{ source: source!, compression: 'none', start: from, end: starts[index + 1] ?? size }],
  }));
}

/** Neighbours go together up to the bytes of a slice. */
function gathered<T>(units: readonly T[], bytesOf: (unit: T) => number, most: number): T[][] {
  const groups: T[][] = [];
  let bytes = Infinity;
  for (const unit of units) {
    bytes += bytesOf(unit);
    if (bytes > most) {
      groups.push([]);
      bytes = bytesOf(unit);
    }
    groups.at(-1)!.push(unit);
  }
  return groups;
}

function planJsonl(files: readonly FileSource[]): readonly TableSlice[] {
  const keys = schema.map(({ name, type }) => ({ key: name, type }));
  const sources = sourcesOf(Object.keys(SCHEMA), files[0]!.uri);
  return gathered(files, ({ size }) => size, SLICE_BYTES.jsonl).map((group) => ({
    ...({ format: 'jsonl', keys, sources } as const),
    parts: group.map((source) => ({ source, compression: 'gzip', start: 0 }) as const),
  }));
}

async function planParquet([source]: readonly FileSource[]): Promise<readonly TableSlice[]> {
  const footer = await readFooter(source!);
  const { uri, size } = source!;
  const columns = footer.columns.map((column) => {
    return { name: column.name, type: parseType(columnType(column, uri)) };
  });
  const sources = sourcesOf(Object.keys(SCHEMA), uri);
  const groups = footer.rowGroups.map((_, index) => index);
  const each = size / groups.length;
  return gathered(groups, () => each, SLICE_BYTES.parquet).map((run) => ({
    ...({ format: 'parquet', columns, sources } as const),
    parts: [{ source: source!, footer, groups: { start: run[0]!, end: run.at(-1)! + 1 } }],
  }));
}

const PLANS = { csv: planCsv, jsonl: planJsonl, parquet: planParquet };

/** Cuts the sources into what gives files of about 128 MiB, as the planner would. */
export async function planSlices(
  format: SourceFormat,
  sources: readonly FileSource[],
): Promise<readonly TableSlice[]> {
  return await PLANS[format](sources);
}
