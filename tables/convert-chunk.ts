import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, TableFile } from '@sparse-fanout/engine';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { schemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { emptySql, joinedSql } from '#core/tables/schema/joined-sql.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { assertFewRejected, type RejectedValue } from './bad-rows.ts';
import { type ConvertedSlice, convertSlice } from './convert-slice.ts';
import { tableFileOf } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** What a chunk is converted with. */
export interface ChunkOptions {
  /** Reads and writes in `directory` alone. */
  readonly engine: Engine;
  /** The engine's own; what is written there beside the file is removed again. */
  readonly directory: string;
  readonly layout: TableLayout;
  readonly output: TableOutput;
  /** Name in the directory of the file to write. */
  readonly name: string;
  /** Of the footer of Parquet, in this order. */
  readonly keyValues?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Converting extends ChunkOptions {
  readonly file: TableFile;
  readonly schema: TableSchema;
}

async function convertOne(
  slice: TableSlice,
  { engine, directory, layout: { onBadRow }, signal }: ChunkOptions,
  file: TableFile,
): Promise<ConvertedSlice> {
  const own = join(directory, 'slice');
  await mkdir(own);
  try {
    const options = { engine, directory: own, file, onBadRow, ...(signal && { signal }) };
    return await convertSlice(slice, options);
  } finally {
    await rm(own, { recursive: true });
  }
}

async function write(
  text: string,
  { engine, file, signal }: Converting,
  rejected: readonly RejectedValue[],
): Promise<ConvertedSlice> {
  return { ...(await engine.writeSelect({ text }, file, signal && { signal })), rejected };
}

/** Values between two steps. */
const VALUES = { format: 'parquet', compression: 'none', rowGroupBytes: 0 } as const;

/** Converts each slice into a Parquet file of its own, and these into one. */
async function convertSeveral(
  slices: readonly TableSlice[],
  converting: Converting,
): Promise<ConvertedSlice> {
  const { directory, layout, schema } = converting;
  const own = join(directory, 'shapes');
  await mkdir(own);
  try {
    const paths: string[] = [];
    const rejected: RejectedValue[] = [];
    for (const [index, slice] of slices.entries()) {
      const path = join(own, `${index}.parquet`);
      const { rowGroupRows } = layout;
      const file = tableFileOf(VALUES, { path, rowGroupRows, columns: schema.length });
      rejected.push(...(await convertOne(slice, converting, file)).rejected);
      assertFewRejected(rejected.length, slice);
      paths.push(path);
    }
    return await write(joinedSql(paths, schema), converting, rejected);
  } finally {
    await rm(own, { recursive: true });
  }
}

/**
 * Converts what one writer reads of a table into one file, which has the columns of the schema even
 * if there are no rows. The same slices give the same bytes.
 *
 * Memory: 72 MiB, the engine's own, and 300 bytes for each rejected row. In the directory lie one
 * slice at a time and the file; where the slices are several, their values as Parquet, too.
 *
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column; names
 * object, byte or row, column and value.
 * @throws {BoundExceededError} too many rows would be rejected.
 */
export async function convertChunk(
  slices: readonly TableSlice[],
  options: ChunkOptions,
): Promise<ConvertedSlice> {
  const { layout, output, keyValues } = options;
  const schema = schemaOf(layout);
  const path = join(options.directory, options.name);
  const { rowGroupRows } = layout;
  const file = tableFileOf(output, {
    path,
    rowGroupRows,
    columns: schema.length,
    ...(keyValues && { keyValues }),
  });
  const [first, second] = slices;
  if (first === undefined) return await write(emptySql(schema), { ...options, file, schema }, []);
  if (second === undefined) return await convertOne(first, options, file);
  return await convertSeveral(slices, { ...options, file, schema });
}
