import { columnType } from '#core/containers/parquet/column-type.ts';
import { checkParquetFile } from '#core/containers/parquet/footer.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { HiveKeys } from '#core/tables/order/hive-columns.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import { ColumnTexts } from './column-texts.ts';
import { CsvColumns } from './infer-csv.ts';
import { JsonlColumns } from './infer-jsonl.ts';
import type { InferredTable, SampleRead } from './inferred-table.ts';
import { lookAtObject, type SaidOfObjects, type SeenTable } from './look-at-object.ts';
import { type FoundColumn, nameColumns } from './name-columns.ts';
import { planSample } from './sample-plan.ts';
import { type AskedCsv, sniffCsv } from './sniff-csv.ts';
import { widenType } from './widen-type.ts';

/** How a table is looked at. */
export interface InferOptions {
  readonly said: SaidOfObjects;
  /** The format of CSV but for delimiter and header, which are found where they are not asked. */
  readonly csv: CsvFormat;
  readonly asked: AskedCsv;
  readonly byName: boolean;
  /** Whether the types are wide instead of the smallest. */
  readonly widen: boolean;
}

/** A table, and where it lies. */
export interface TableObjects {
  /** In their order, at least one. */
  readonly pins: readonly SourcePin[];
  readonly store: ObjectStore;
}

/** The first object that holds anything. */
async function firstOf({ pins, store }: TableObjects, said: SaidOfObjects): Promise<SeenTable> {
  for (const pin of pins) {
    if (pin.size === 0) continue;
    const seen = await lookAtObject(store.open(pin), said);
    if (seen.format === 'parquet' || seen.start.bytes.length > 0) return seen;
  }
  throw new CorruptSourceError(
    `${pins[0]!.uri} holds nothing, nor does any object that follows it; give a table with rows`,
  );
}

/** Columns that all objects have from the folders in their keys. */
function keyColumns({ pins }: TableObjects): readonly FoundColumn[] {
  const keys = new HiveKeys();
  const columns = new Map<string, ColumnTexts>();
  for (const { uri } of pins) {
    for (const { name, value } of keys.columnsOf(uri)) {
      const texts = columns.get(name) ?? new ColumnTexts();
      columns.set(name, texts);
      if (value !== null) texts.add(value);
    }
  }
  return [...columns].map(([name, texts]) => ({
    ...{ name, type: texts.typeWithout(), examples: texts.examples, nulls: undefined },
  }));
}

/** What is said of a later object: it is as the first one, unless its name says its format. */
function saidOf(uri: string, said: SaidOfObjects, first: SeenTable): SaidOfObjects {
  const isNamed = formatOfName(uri).format !== undefined;
  return isNamed ? said : { ...said, format: said.format ?? first.format };
}

function assertSameFormat(first: SeenTable, seen: SeenTable): void {
  if (seen.format === first.format) return;
  throw new UnsupportedSourceError(
    `${seen.source.uri} is ${seen.format}, but ${first.source.uri} is ${first.format}; give each format as a source of its own`,
  );
}

/** Reads the sample of texts into `columns`. */
async function sampleTexts(
  { pins, store }: TableObjects,
  { first, said }: { readonly first: SeenTable; readonly said: SaidOfObjects },
  columns: CsvColumns | JsonlColumns,
): Promise<SampleRead> {
  const full = pins.filter(({ size }) => size > 0);
  const objects = new Set<number>();
  let bytes = 0;
  for (const place of planSample(full, first.compression !== 'none')) {
    const source = store.open(full[place.object]!);
    const seen = await lookAtObject(source, saidOf(source.uri, said, first));
    if (seen.start.bytes.length === 0) continue;
    assertSameFormat(first, seen);
    const sample = await columns.add(seen, place);
    if (sample === undefined) continue;
    objects.add(place.object);
    bytes += sample.raw.length;
  }
  return { rows: columns.rows, bytes, objects: objects.size };
}

interface FoundTable {
  readonly found: readonly FoundColumn[];
  readonly notes: readonly string[];
  readonly sample: SampleRead;
}

async function inferTexts(
  table: TableObjects,
  from: { readonly first: SeenTable; readonly said: SaidOfObjects },
  columns: CsvColumns | JsonlColumns,
): Promise<FoundTable> {
  const sample = await sampleTexts(table, from, columns);
  const { found, notes } = columns;
  return { found, notes, sample };
}

/** The types that the file says; none of its values are read. */
async function inferParquet({ source }: SeenTable): Promise<FoundTable> {
  const { columns } = await checkParquetFile(source);
  const found = columns.map((column) => ({
    name: column.name,
    type: parseType(columnType(column, source.uri)),
    examples: [],
    nulls: undefined,
  }));
  return { found, notes: [], sample: { rows: 0, bytes: 0, objects: 1 } };
}

function findColumns(
  table: TableObjects,
  first: SeenTable,
  options: InferOptions,
  csv: CsvFormat | undefined,
): Promise<FoundTable> {
  if (first.format === 'parquet') return inferParquet(first);
  const { said } = options;
  if (csv === undefined) return inferTexts(table, { first, said }, new JsonlColumns());
  return inferTexts(table, { first, said }, new CsvColumns(csv, options.byName));
}

/** In Parquet numbers are exact, and a cast of DECIMAL to DOUBLE would lose. */
function widened(type: ColumnType, format: SeenTable['format']): ColumnType {
  return format === 'parquet' && type.kind === 'decimal' ? type : widenType(type);
}

/**
 * Proposes the columns of a table and their types, by a sample of at most 16 MiB of text that the
 * project's own code proves; by the first footer in Parquet. The same source and options give the
 * same columns. A proposal: what was not in the sample may be larger.
 *
 * Some reads for each of at most 64 objects. Holds the sample as texts: some 200 MB at most.
 *
 * @throws {UnsupportedSourceError} an object is not what its name or the request says.
 * @throws {CorruptSourceError} an object is not sound, or has another header than the first.
 * @throws {BoundExceededError} there are more columns than a schema may have.
 */
export async function inferTable(
  table: TableObjects,
  options: InferOptions,
): Promise<InferredTable> {
  const first = await firstOf(table, options.said);
  const { format, compression, start } = first;
  const csv = format === 'csv' ? sniffCsv(start, options.asked, options.csv) : undefined;
  const { found, notes, sample } = await findColumns(table, first, options, csv);
  const names = new Set(found.map(({ name }) => name));
  const ofKeys = keyColumns(table).filter(({ name }) => !names.has(name));
  const named = nameColumns([...found, ...ofKeys], format !== 'jsonl');
  const columns = options.widen
    ? named.columns.map((column) => ({ ...column, type: widened(column.type, format) }))
    : named.columns;
  return {
    ...{ format, compression, columns, sample, leavesOut: named.leavesOut },
    ...(csv !== undefined && { csv }),
    notes: [...named.notes, ...notes],
  };
}
