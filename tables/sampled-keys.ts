import type { Engine } from '@sparse-fanout/engine';
import type { SampledKey } from '#core/tables/keys/forecast-keys.ts';
import { keyColumns } from '#core/tables/keys/key-columns.ts';
import { sampledKeysSql } from '#core/tables/keys/keys-sql.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import { partitionsSql, type RowsFiles } from '#core/tables/shuffle/shuffle-sql.ts';

/** Files of a sample. */
type SampleFiles = Pick<RowsFiles, 'paths' | 'schema'>;

/** What a sample is asked with. */
interface SampleRoom {
  readonly engine: Engine;
  readonly layout: TableLayout;
  readonly partitionBy?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Rows of each partition of a sample; none where it is not partitioned. */
export async function sampledPartitions(
  files: SampleFiles,
  { engine, partitionBy, signal }: SampleRoom,
): Promise<readonly number[]> {
  if (partitionBy === undefined) return [];
  const select = { text: partitionsSql({ ...files, partitionBy }) };
  const found = await engine.runSelect(select, signal && { signal });
  return found.map(({ rows }) => Number(rows));
}

/** The keys of a sample in their order; none where a database counts them, or none are whole. */
export async function sampledKeys(
  { paths, schema }: SampleFiles,
  { engine, layout: { keysWhole, postgres }, signal }: SampleRoom,
): Promise<readonly SampledKey[]> {
  if (keysWhole === undefined || postgres !== undefined) return [];
  const keys = keyColumns(schema, keysWhole);
  const select = { text: sampledKeysSql(paths, schema, keys) };
  const found = await engine.runSelect(select, signal && { signal });
  return found.map((row) => ({
    key: keys.map((_, at) => (row[`v${at}`] === null ? null : String(row[`v${at}`]))),
    ...{ rows: Number(row['rows']), span: Number(row['span']) },
  }));
}
