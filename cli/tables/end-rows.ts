import type { ParquetFooter } from '#core/containers/parquet/footer.ts';
import { readFooter } from '#core/containers/parquet/footer.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { SHOWN_AT_ENDS } from '#core/sources/shown-ends.ts';
import type { InferredTable } from '#core/tables/infer/inferred-table.ts';
import {
  lookAtObject,
  readStart,
  type SaidOfObjects,
  type SeenTable,
} from '#core/tables/infer/look-at-object.ts';
import { type SampledText, sampleCsv, sampleJsonl } from '#core/tables/infer/sample-text.ts';
import { readRecords } from '#core/tables/infer/sniff-csv.ts';
import { readCsvHead } from '#core/tables/text/csv/csv-head.ts';
import type { TextRow } from './parquet-rows.ts';
import type { GivenTable } from './with-table.ts';

/** First and last rows of a table as texts. */
export interface EndRows {
  /** Of the cells. */
  readonly names: readonly string[];
  readonly first: readonly TextRow[];
  /** Empty where `first` are all; undefined where they would take too many bytes. */
  readonly last: readonly TextRow[] | undefined;
}

/** Enough to show that there are more. */
const KEPT = 2 * SHOWN_AT_ENDS + 1;

/** Text that is read at an end: some hundred rows. */
const END_BYTES = 64 * 1024;

/** Where no record begins in the last bytes, so many are read. */
const MAX_END_BYTES = 4 * 1024 * 1024;

/** Text of a compressed object that is read to its end. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024;

type Rows = { readonly all: readonly TextRow[]; readonly isEnd: boolean };

function cellOf(text: unknown, raw: unknown): string | null {
  if (raw === null || raw === undefined) return null;
  return typeof raw === 'object' ? JSON.stringify(raw) : String(text);
}

/** Lines of JSON as the cells of these keys; digits of numbers stay as they were written. */
function jsonRows({ raw, proved }: SampledText, names: readonly string[]): readonly TextRow[] {
  const decoder = new TextDecoder();
  const lines = (bytes: Uint8Array) =>
    decoder
      .decode(bytes)
      .split('\n')
      .filter((line) => line.trim() !== '');
  const texts = lines(proved);
  return lines(raw).map((line, index) => {
    const [value, text] = [JSON.parse(line), JSON.parse(texts[index]!)];
    return names.map((name) => cellOf(text[name], value[name]));
  });
}

/** Reads rows of a text from a place on. */
type ReadRows = (seen: SeenTable, at: number, length: number) => Promise<Rows | undefined>;

function rowsReader({ csv }: InferredTable, names: readonly string[]): ReadRows {
  return async (seen, at, length) => {
    const { source, compression } = seen;
    if (csv === undefined) {
      const sample = await sampleJsonl({ source, compression, start: 0 }, { at, length });
      return sample && { all: jsonRows(sample, names), isEnd: sample.isEnd };
    }
    const head = await readCsvHead(source.uri, readStart(source, compression), csv);
    const object = { source, compression, start: head.start };
    const shape = { format: csv, columns: head.fields.length };
    const sample = await sampleCsv(object, { at, length }, shape);
    if (sample === undefined) return undefined;
    const all = [...readRecords({ uri: source.uri, bytes: sample.proved }, csv)];
    return { all, isEnd: sample.isEnd };
  };
}

async function lastRows(seen: SeenTable, read: ReadRows): Promise<readonly TextRow[] | undefined> {
  const { source, compression } = seen;
  if (compression !== 'none') {
    const rows = await read(seen, 0, MAX_TEXT_BYTES);
    return rows?.isEnd === true ? rows.all.slice(-SHOWN_AT_ENDS) : undefined;
  }
  for (let bytes = END_BYTES; bytes <= MAX_END_BYTES; bytes *= 4) {
    const rows = await read(seen, Math.max(0, source.size - bytes), bytes);
    const isEnough = (rows?.all.length ?? 0) >= SHOWN_AT_ENDS || bytes >= source.size;
    if (rows !== undefined && isEnough) return rows.all.slice(-SHOWN_AT_ENDS);
  }
  return undefined;
}

async function textRows(table: GivenTable, inferred: InferredTable): Promise<EndRows> {
  const full = table.pins.filter(({ size }) => size > 0);
  const names = inferred.columns.map(({ name, from }) => from ?? name);
  const read = rowsReader(inferred, names);
  const said: SaidOfObjects = { format: inferred.format };
  const look = (pin: SourcePin) => lookAtObject(table.store.open(pin), said);
  const begin = await look(full[0]!);
  const rows = await read(begin, 0, END_BYTES);
  const all = rows?.all ?? [];
  if (full.length === 1 && rows?.isEnd === true && all.length <= KEPT) {
    return { names, first: all, last: [] };
  }
  const last = await lastRows(await look(full.at(-1)!), read);
  return { names, first: all.slice(0, SHOWN_AT_ENDS), last };
}

async function parquetEnds(table: GivenTable): Promise<EndRows> {
  const full = table.pins.filter(({ size }) => size > 0);
  const { parquetRows } = await import('./parquet-rows.ts');
  const ends = async (pin: SourcePin, limit: number, isEnd: boolean) => {
    const source = table.store.open(pin);
    const footer: ParquetFooter = await readFooter(source);
    const has = ({ rows }: { readonly rows: number }) => rows > 0;
    const group = isEnd ? footer.rowGroups.findLastIndex(has) : footer.rowGroups.findIndex(has);
    return { footer, rows: await parquetRows(source, footer, { group, limit, isEnd }) };
  };
  const { footer, rows } = await ends(full[0]!, KEPT, false);
  const names = footer.columns.map(({ name }) => name);
  if (full.length === 1 && rows?.length === footer.rows) return { names, first: rows, last: [] };
  const last = await ends(full.at(-1)!, SHOWN_AT_ENDS, true);
  return { names, first: rows?.slice(0, SHOWN_AT_ENDS) ?? [], last: last.rows };
}

/**
 * Reads the first and the last rows of a table. Reads 128 KiB of plain texts, at most 64 MiB of
 * compressed text, and two row groups of Parquet.
 */
export async function endRows(table: GivenTable, inferred: InferredTable): Promise<EndRows> {
  return inferred.format === 'parquet' ? await parquetEnds(table) : await textRows(table, inferred);
}
