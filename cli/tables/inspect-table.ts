import type { FunctionModules } from '@sparse-fanout/engine/function-module.ts';
import { type CommandIo, printResult } from '#cli/frame/command-io.ts';
import { formatBytes, formatCount, formatCounted } from '#cli/frame/format-figures.ts';
import { textGrid } from '#cli/frame/text-grid.ts';
import { type GivenRequest, parseGiven } from '#cli/options/request-file.ts';
import { parseTableRequest, type TableRequest } from '#cli/options/table-request.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { shownEnds } from '#core/sources/shown-ends.ts';
import type { InferredTable } from '#core/tables/infer/inferred-table.ts';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import {
  columnFields,
  columnLines,
  formatLine,
  labelled,
  sampleLine,
  transformedLines,
} from './describe-table.ts';
import { type EndRows, endRows } from './end-rows.ts';
import { inferredRequest, parseInferred } from './infer-request.ts';
import { lookAtTable } from './look-at-table.ts';
import type { TextRow } from './parquet-rows.ts';
import { type GivenTable, withTable } from './with-table.ts';

/** Footers that are read: some 64 KiB each. */
const MAX_FOOTERS = 100;

/** Rows and row groups of Parquet objects, by their footers. */
interface ParquetTotals {
  readonly objects: number;
  readonly rows: number;
  readonly rowGroups: number;
}

async function totalsOf({ pins, store }: GivenTable): Promise<ParquetTotals> {
  let [rows, rowGroups] = [0, 0];
  const read = pins.filter(({ size }) => size > 0).slice(0, MAX_FOOTERS);
  for (const pin of read) {
    const footer = await readFooter(store.open(pin));
    rows += footer.rows;
    rowGroups += footer.rowGroups.length;
  }
  return { objects: read.length, rows, rowGroups };
}

function totalsLine({ objects, rows, rowGroups }: ParquetTotals, all: number): string {
  const of = objects < all ? ` of the first ${formatCount(objects)} objects` : '';
  return `${formatCount(rows)} in ${formatCounted(rowGroups, 'row group')}${of}`;
}

function sourceLine({ uris, pins }: GivenTable): string {
  const bytes = formatBytes(pins.reduce((sum, { size }) => sum + size, 0));
  const what = pins.length === 1 ? `etag ${pins[0]!.etag}` : `${formatCount(pins.length)} objects`;
  return `${shownEnds(uris).join(', ')} (${bytes}, ${what})`;
}

function rowLines({ names, first, last }: EndRows): readonly string[] {
  const cells = (rows: readonly TextRow[]) => rows.map((row) => row.map((cell) => cell ?? 'NULL'));
  const between = last?.length === 0 ? [] : [names.map(() => '…')];
  return textGrid([names, ...cells(first), ...between, ...cells(last ?? [])]);
}

/** What the transform of the request makes, by the schema that it has, else by the proposed one. */
async function transformedOf(
  given: GivenRequest,
  { uris, store }: GivenTable,
  { asked, inferred }: { readonly asked: TableRequest; readonly inferred: InferredTable },
  made: { readonly functions: FunctionModules; readonly signal: AbortSignal },
): Promise<ShownRows | undefined> {
  if (asked.transform === undefined) return undefined;
  const isTyped = asked.schema !== undefined || inferred.format === 'parquet';
  const read = isTyped ? asked : parseInferred(inferredRequest(given, { uris, asked }, inferred));
  // Loaded only here, as the engine takes a while to load.
  const { transformedRows } = await import('./transformed-rows.ts');
  return await transformedRows({ uris, asked: read }, { ...made, store });
}

interface Seen {
  readonly table: GivenTable;
  readonly inferred: InferredTable;
  readonly totals: ParquetTotals | undefined;
  readonly ends: EndRows;
  readonly transformed: ShownRows | undefined;
}

function prose({ table, inferred, totals, ends, transformed }: Seen): string {
  const { ignored, pins } = table;
  return [
    ...labelled([
      ['source', sourceLine(table)],
      ['format', formatLine(inferred)],
      ...(totals === undefined ? [] : [['rows', totalsLine(totals, pins.length)] as const]),
      ...(ignored.length > 0 ? [['ignored', shownEnds(ignored).join(', ')] as const] : []),
      ['sample', sampleLine(inferred.sample)],
      ...inferred.notes.map((note) => ['note', note] as const),
    ]),
    '',
    ...columnLines(inferred),
    '',
    ...rowLines(ends),
    ...(transformed === undefined ? [] : ['', ...transformedLines(transformed)]),
  ].join('\n');
}

function fields({ table, inferred, totals, ends, transformed }: Seen): object {
  const { uris, pins, ignored } = table;
  const { format, compression, csv, notes, sample } = inferred;
  return {
    uris: shownEnds(uris),
    objects: pins.length,
    bytes: pins.reduce((sum, { size }) => sum + size, 0),
    ...(pins.length === 1 && { etag: pins[0]!.etag }),
    ...{ format, compression, ignored },
    ...(csv !== undefined && { csv }),
    ...(totals !== undefined && { rows: totals.rows, rowGroups: totals.rowGroups }),
    ...(totals !== undefined && { footersRead: totals.objects }),
    ...{ columns: columnFields(inferred), notes, sample },
    ...{ fields: ends.names, firstRows: ends.first, lastRows: ends.last },
    ...(transformed !== undefined && { transformed }),
  };
}

/** `inspect` of a table: objects, format, columns with types, the first and the last rows. */
export async function inspectTable(
  given: GivenRequest,
  functions: FunctionModules,
  io: CommandIo,
): Promise<void> {
  const asked = parseGiven(given, parseTableRequest);
  const made = { functions, signal: io.signal };
  const use = async (table: GivenTable) => {
    const inferred = await lookAtTable(table, asked, false);
    const totals = inferred.format === 'parquet' ? await totalsOf(table) : undefined;
    const ends = await endRows(table, inferred);
    const transformed = await transformedOf(given, table, { asked, inferred }, made);
    const seen = { table, inferred, totals, ends, transformed };
    await printResult(io, fields(seen), prose(seen));
  };
  await withTable(given.locations, asked, { signal: io.signal, use });
}
