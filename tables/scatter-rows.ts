import { join } from 'node:path';
import type { Row, TableFile } from '@sparse-fanout/engine';
import { BoundExceededError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { MAX_PARTITIONS } from '#core/tables/partition/key-partitions.ts';
import { MAX_FOLDER_BYTES, partitionFolder } from '#core/tables/partition/partition-folder.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { outputSchemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import type { ScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import {
  longestValuesSql,
  type ScatteredFile,
  scatteredPartitionsSql,
  scatterSql,
} from '#core/tables/shuffle/shuffle-sql.ts';
import type { RejectedValue } from './bad-rows.ts';
import type { ChunkOptions } from './convert-chunk.ts';
import { convertSorted } from './convert-sorted.ts';
import { fileFooter } from './file-statistics.ts';
import { tableFileOf } from './table-file.ts';
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

/** The file of the rows of a mapper. */
export function scatteredFile(
  output: TableOutput,
  { path, layout, columns }: ScatteredParts,
): TableFile {
  const rowGroupRows = Math.max(MIN_GROUP_ROWS, Math.floor(layout.rowGroupRows / FINER));
  return tableFileOf(scatteredForm(output), { path, rowGroupRows, columns });
}

/** Values are fetched only where they can be folders. */
async function assertShort(
  file: ScatteredFile,
  { engine, signal, partitionBy }: ScatterOptions,
): Promise<void> {
  const select = { text: longestValuesSql(file) };
  const [row] = await engine.runSelect(select, signal && { signal });
  for (const [at, name] of partitionBy.entries()) {
    const bytes = Number(row?.[`v${at}`] ?? 0);
    if (bytes <= MAX_FOLDER_BYTES) continue;
    throw new BoundExceededError(
      `column ${shownName(name)} of output.partitionBy holds a value of ${bytes} bytes, but a folder has at most ${MAX_FOLDER_BYTES}; let transform.sql shorten it`,
    );
  }
}

async function partitionsOf(
  file: ScatteredFile,
  options: ScatterOptions,
): Promise<ScatterIndex['partitions']> {
  await assertShort(file, options);
  const { engine, signal, partitionBy } = options;
  const text = `${scatteredPartitionsSql(file)} LIMIT ${MAX_PARTITIONS + 1}`;
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

/**
 * Converts what one mapper reads of a table, and writes its rows into one Parquet file, sorted by
 * partition and else in the order of the source. The same slices give the same bytes.
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
  const { directory, layout, output, partitionBy, name } = options;
  const schema = outputSchemaOf(layout);
  const path = join(directory, name);
  const file = scatteredFile(output, { path, layout, columns: schema.length });
  const sortedSql = (rows: string) => scatterSql({ rows, schema, partitionBy });
  const { rejected, filtered } = await convertSorted(slices, options, { file, sortedSql });
  const partitions = await partitionsOf({ path, keys: partitionBy.length }, options);
  const { rowGroups } = await fileFooter(path);
  const groups = rowGroups.map((group) => ({ rows: group.rows, bytes: group.bytes }));
  return { rejected, filtered, groups, partitions };
}
