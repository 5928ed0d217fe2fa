import { join } from 'node:path';
import { BoundExceededError } from '#core/errors.ts';
import { MOST_OF_TARGET } from '#core/tables/pack/pack-keys.ts';
import type { DatabaseReader } from '#core/tables/postgres/database-reader.ts';
import { type KeyChunk, KeyRuns } from '#core/tables/postgres/key-runs.ts';
import { copySampleSql, countSql, hasBlocksSql } from '#core/tables/postgres/read-sql.ts';
import { type CountedKeys, shownColumns } from '#core/tables/run/counted-keys.ts';
import { databaseChunks } from '#core/tables/run/table-chunk.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import type { PlanOptions, SizedTable, TablePlan } from '#tables/plan-table.ts';
import { emptySample, sampleSlices, type TableSample } from '#tables/sample-table.ts';
import { copyRows, MAX_COPY_BYTES, withCopied } from './copy-rows.ts';

/** Keys that a round trip brings. */
const FETCHED = 10_000;

/** Rows that are converted to learn how large files become, after a first look at a few. */
const SAMPLED = { rows: 16_384, first: 256, textBytes: 64 * 1024 ** 2 } as const;

/** Keys that a warning names. */
const MAX_NAMED = 5;

/** What a table of a database is planned with. */
export type DatabasePlanOptions = Pick<
  PlanOptions,
  'layout' | 'engine' | 'directory' | 'transformMs' | 'firstIndex' | 'signal'
>;

/** Counts the rows of each key by a cursor. Holds what {@link KeyRuns} does. */
async function countKeys(reader: DatabaseReader, { postgres }: TableLayout): Promise<KeyRuns> {
  const { from, key } = postgres!;
  const runs = new KeyRuns();
  await reader.rows(`DECLARE keys NO SCROLL CURSOR FOR ${countSql(from, key)}`);
  for (;;) {
    const fetched = await reader.rows(`FETCH ${FETCHED} FROM keys`);
    for (const row of fetched) runs.add(row.slice(0, -1), Number(row.at(-1)));
    if (fetched.length < FETCHED) break;
  }
  await reader.rows('CLOSE keys');
  return runs;
}

interface Sampled extends TableSample {
  /** Rows of the source that were converted. */
  readonly sourceRows: number;
}

async function sampleRows(
  reader: DatabaseReader,
  output: SizedTable['output'],
  options: DatabasePlanOptions,
  size: { readonly rows: number; readonly of: number; readonly hasBlocks: boolean },
): Promise<Sampled> {
  const { layout, directory } = options;
  const { from, columns } = layout.postgres!;
  const file = { path: join(directory, 'sampled.csv'), what: 'the sampled rows' };
  const copied = await copyRows(reader, copySampleSql(from, columns, size), file);
  const { bytes } = copied;
  return await withCopied(copied, layout, async (slices) => {
    const given = { ...options, output };
    if (slices.length === 0) return { ...(await emptySample(given)), sourceRows: 0 };
    const sized = { sizeClass: undefined, slices, sourceBytes: bytes, textBytes: bytes };
    const sample = await sampleSlices([sized], given);
    return { ...sample, sourceRows: sample.rows + sample.rejected + sample.filtered };
  });
}

/** Converts rows of all over the table: fewer where they are long. */
async function sampleOf(
  reader: DatabaseReader,
  output: SizedTable['output'],
  options: DatabasePlanOptions,
  of: number,
): Promise<Sampled> {
  const { from } = options.layout.postgres!;
  const blocks = 'query' in from ? undefined : await reader.rows(hasBlocksSql(from));
  const size = { of, hasBlocks: blocks?.[0]?.[0] === 't' };
  const first = await sampleRows(reader, output, options, { ...size, rows: SAMPLED.first });
  if (first.sourceRows < SAMPLED.first) return first;
  const rowBytes = first.textBytes / first.sourceRows;
  const rows = Math.min(SAMPLED.rows, Math.ceil(SAMPLED.textBytes / rowBytes));
  if (rows <= SAMPLED.first) return first;
  const sample = await sampleRows(reader, output, options, { ...size, rows });
  return sample.sourceRows > first.sourceRows ? sample : first;
}

/** Rows of a file: as asked for, or by the sample; never more than a writer has room for. */
function targetRows(size: SizedTable['size'], sample: Sampled): number {
  const { ratios, textBytes, sourceRows } = sample;
  const rowText = Math.max(1, textBytes) / Math.max(1, sourceRows);
  const most = MAX_COPY_BYTES / rowText / MOST_OF_TARGET;
  const wanted =
    'rows' in size
      ? size.rows
      : ('targetFileBytes' in size ? size.targetFileBytes : Number.POSITIVE_INFINITY) /
        (rowText * ratios.overall);
  return Math.max(1, Math.min(wanted, most / MOST_OF_TARGET));
}

/** @throws {BoundExceededError} a key has more text than a writer has room for, by the sample. */
function refuseLarge(chunks: readonly KeyChunk[], { textBytes, sourceRows }: Sampled): void {
  const rowText = textBytes / Math.max(1, sourceRows);
  const large = chunks.find(({ rows }) => rows * rowText > MAX_COPY_BYTES);
  if (large === undefined) return;
  throw new BoundExceededError(
    `key ${JSON.stringify(large.first)} has ${large.rows} rows of about ${Math.round(large.rows * rowText)} bytes of text, at most ${MAX_COPY_BYTES} are allowed, as a writer holds a key whole; give a key with more columns in source.postgres.key`,
  );
}

function warningsOf(chunks: readonly KeyChunk[], target: number): readonly string[] {
  const large = chunks.filter(({ rows }) => rows > MOST_OF_TARGET * target);
  const named = large.slice(0, MAX_NAMED);
  const rest = large.length > named.length ? [`and ${large.length - named.length} more`] : [];
  if (large.length === 0) return [];
  const keys = named.map(({ first, rows }) => `${JSON.stringify(first)} of ${rows}`);
  return [
    `keys alone are larger than ${MOST_OF_TARGET} times the ${Math.round(target)} rows of a file: ${[...keys, ...rest].join(', ')}`,
  ];
}

function countedOf({ keys, rows, largest }: KeyRuns, layout: TableLayout): CountedKeys {
  return { columns: shownColumns(layout), keys, rows, ...(largest && { largest }) };
}

/**
 * Plans the files of a table of a database: counts the rows of each key, converts a sample to learn
 * how large files become, and packs keys whole.
 *
 * The database groups all rows once; a table gives 16,384 rows of blocks all over it, a query the
 * first ones. Holds 100,000 keys at most, 64 MiB of text, and the engine's own.
 *
 * @throws {BoundExceededError} a key alone is more than a writer has room for.
 * @throws {CorruptSourceError} a value of the sample does not fit its column.
 */
export async function planDatabase(
  { size, output }: Pick<SizedTable, 'size' | 'output'>,
  reader: DatabaseReader,
  options: DatabasePlanOptions,
): Promise<TablePlan> {
  const { layout: given, firstIndex } = options;
  const runs = await countKeys(reader, given);
  const sample = await sampleOf(reader, output, options, runs.rows);
  const target = targetRows(size, sample);
  const chunks = runs.chunks(target);
  refuseLarge(chunks, sample);
  const { ratios, textBytes, sourceRows, rows, smallerTypes, transformed } = sample;
  const rowBytes = (ratios.overall * textBytes) / Math.max(1, sourceRows);
  const sizes = chunks.length === 0 ? [0] : chunks.map((chunk) => chunk.rows * rowBytes);
  return {
    layout: { ...given, rowGroupRows: sample.rowGroupRows },
    chunks: databaseChunks(chunks, firstIndex),
    ratio: ratios.overall,
    predictedBytes: Math.round(runs.rows * rowBytes),
    predictedFileBytes: {
      min: Math.round(sizes.reduce((least, bytes) => Math.min(least, bytes))),
      max: Math.round(sizes.reduce((most, bytes) => Math.max(most, bytes))),
    },
    predictedRows: Math.round(runs.rows * (rows / Math.max(1, sourceRows))),
    smallerTypes,
    ...(transformed && { transformed }),
    keys: countedOf(runs, given),
    warnings: warningsOf(chunks, target),
  };
}
