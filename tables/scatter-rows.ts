import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Row, TableFile } from '@sparse-fanout/engine';
import { BoundExceededError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { MAX_PARTITIONS } from '#core/tables/partition/key-partitions.ts';
import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import { MAX_FOLDER_BYTES, partitionFolder } from '#core/tables/partition/partition-folder.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import type { ScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import {
  longestValuesSql,
  SORTED,
  scatterSql,
  sortedPartitionsSql,
  sortedRowsSql,
} from '#core/tables/shuffle/shuffle-sql.ts';
import { type RowRun, rowRuns } from '#core/tables/shuffle/whole-groups.ts';
import type { RejectedValue } from './bad-rows.ts';
import type { ChunkOptions } from './convert-chunk.ts';
import { convertSorted } from './convert-sorted.ts';
import { fileFooter } from './file-statistics.ts';
import { joinParquetFiles } from './join-files.ts';
import { outputFileOf, tableFileOf } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** What a slice of a table is scattered with. */
export interface ScatterOptions extends Omit<ChunkOptions, 'keyValues'> {
  readonly partitionBy: readonly string[];
}

/** The file of a slice, sorted by partition. */
export interface ScatteredSlice extends Pick<ScatterIndex, 'filtered' | 'groups' | 'partitions'> {
  readonly rejected: readonly RejectedValue[];
}

/** Row groups are so much smaller than those of the output: a file reads whole ones. */
const FINER = 16;

/** The engine's vector. */
const MIN_GROUP_ROWS = 2_048;

/** Where the rows of a mapper are written, and what they are. */
interface ScatteredParts {
  readonly path: string;
  readonly layout: TableLayout;
  readonly columns: number;
}

/** How scattered rows are compressed: as the output is, so that they are as large as its files. */
function scatteredForm(output: TableOutput): TableOutput {
  if (output.format === 'parquet') return output;
  return { format: 'parquet', compression: 'zstd', rowGroupBytes: 0 };
}

/** Rows of a row group of which a file reads some. */
function finerRows({ rowGroupRows }: TableLayout): number {
  return Math.max(MIN_GROUP_ROWS, Math.floor(rowGroupRows / FINER));
}

/** The file of the rows of a mapper, of which others read some. */
export function scatteredFile(
  output: TableOutput,
  { path, layout, columns }: ScatteredParts,
): TableFile {
  const rowGroupRows = finerRows(layout);
  return tableFileOf(scatteredForm(output), { path, rowGroupRows, columns });
}

/** Values are fetched only where they can be folders. */
async function assertShort({ engine, signal, partitionBy }: ScatterOptions): Promise<void> {
  const select = { text: longestValuesSql(partitionBy.length) };
  const [row] = await engine.runSelect(select, signal && { signal });
  for (const [at, name] of partitionBy.entries()) {
    const bytes = Number(row?.[`v${at}`] ?? 0);
    if (bytes <= MAX_FOLDER_BYTES) continue;
    throw new BoundExceededError(
      `column ${shownName(name)} of output.partitionBy holds a value of ${bytes} bytes, but a folder has at most ${MAX_FOLDER_BYTES}; let transform.sql shorten it`,
    );
  }
}

async function partitionsOf(options: ScatterOptions): Promise<ScatterIndex['partitions']> {
  await assertShort(options);
  const { engine, signal, partitionBy } = options;
  const text = `${sortedPartitionsSql(partitionBy.length)} LIMIT ${MAX_PARTITIONS + 1}`;
  const rows = await engine.runSelect({ text }, signal && { signal });
  if (rows.length > MAX_PARTITIONS) {
    throw new BoundExceededError(
      `a slice of the source has more than ${MAX_PARTITIONS} partitions by ${partitionBy.join(', ')}; partition by columns with fewer values, such as the month of a date`,
    );
  }
  const textOf = (row: Row, at: number) => {
    const value = row[`v${at}`];
    return value === null || value === undefined ? null : String(value);
  };
  return rows.map((row) => {
    const values = partitionBy.map((_, at) => textOf(row, at));
    // Refused here what cannot be a folder, before all slices are scattered.
    partitionFolder(partitionBy, values);
    return { values, rows: Number(row['rows']) };
  });
}

/** Writes a run of sorted rows. */
async function writeRun(
  path: string,
  run: RowRun,
  schema: TableSchema,
  { engine, output, signal }: ScatterOptions,
): Promise<void> {
  const { rowGroupRows } = run;
  const file = outputFileOf(scatteredForm(output), { path, rowGroupRows, schema });
  const text = sortedRowsSql(schema.length, run);
  await engine.writeSelect({ text }, file, signal && { signal });
}

/** Writes all sorted rows into one file. */
async function writeRuns(
  path: string,
  runs: readonly RowRun[],
  schema: TableSchema,
  options: ScatterOptions,
): Promise<void> {
  const [only, second] = runs;
  if (second === undefined) return await writeRun(path, only!, schema, options);
  const own = join(options.directory, 'runs');
  await mkdir(own);
  try {
    const paths = runs.map((_, at) => join(own, `${at}.parquet`));
    for (const [at, run] of runs.entries()) await writeRun(paths[at]!, run, schema, options);
    await joinParquetFiles(paths[0]!, paths, path);
  } finally {
    await rm(own, { recursive: true });
  }
}

/**
 * Converts what one mapper reads of a table, and writes its rows into one Parquet file, sorted by
 * partition and else in the order of the source. Partitions with many rows have row groups of their
 * own, in the form of the output. The same slices give the same bytes.
 *
 * Memory: that of `convertSorted`.
 *
 * @throws as `convertChunk`.
 * @throws {BoundExceededError} there are too many partitions.
 */
export async function scatterRows(
  slices: readonly TableSlice[],
  options: ScatterOptions,
): Promise<ScatteredSlice> {
  const { engine, directory, layout, output, partitionBy, name, signal } = options;
  const table = outputSchemaOf(layout);
  const path = join(directory, name);
  const { rejected, filtered } = await convertSorted(slices, options, (rows) => {
    const text = scatterSql({ rows, schema: table, partitionBy });
    return engine.keepSelect({ text }, SORTED, signal && { signal });
  });
  const partitions = await partitionsOf(options);
  const form = { rowGroupRows: layout.rowGroupRows, finerRows: finerRows(layout) };
  // Only Parquet is copied.
  const all = partitions.reduce((sum, { rows }) => sum + rows, 0);
  const runs =
    output.format === 'parquet'
      ? rowRuns(
          partitions.map(({ rows }) => rows),
          form,
        )
      : [{ start: 0, end: all, rowGroupRows: form.finerRows }];
  await writeRuns(path, runs, fileSchema(table, partitionBy), options);
  const { rowGroups } = await fileFooter(path);
  const groups = rowGroups.map((group) => ({ rows: group.rows, bytes: group.bytes }));
  return { rejected, filtered, groups, partitions };
}
