import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, KeptRows, TableFile, WrittenFile } from '@sparse-fanout/engine';
import { TransformError } from '#core/errors.ts';
import type { Companion } from '#core/tables/companions/companion-names.ts';
import { fileSchema } from '#core/tables/partition/partition-columns.ts';
import {
  checkedRowsSql,
  type FilePartition,
  fileRowsSql,
} from '#core/tables/partition/partition-sql.ts';
import type { TableOutput } from '#core/tables/run/asked-table.ts';
import { outputSchemaOf, schemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { emptySql, joinedSql } from '#core/tables/schema/joined-sql.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { applyFunction, type CallFunction, functionText } from './apply-function.ts';
import { assertFewRejected, type RejectedValue } from './bad-rows.ts';
import {
  type ConvertedSlice,
  convertRows,
  type LeftOut,
  type RowsWriter,
} from './convert-slice.ts';
import { outputFileOf, tableFileOf, VALUES } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';
import { transformRows } from './transform-rows.ts';

/** The file of a chunk. */
export interface ConvertedChunk extends ConvertedSlice {
  /** Rows that the transform left out. */
  readonly filtered: number;
}

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
  /** Whose readers the file is for. @default none */
  readonly companions?: readonly Companion[] | undefined;
  /** That all rows are of, which the file has not in its columns. @default none */
  readonly partition?: FilePartition | undefined;
  /** What calls the function of a transform; needed only where the layout has one. */
  readonly call?: CallFunction;
  readonly signal?: AbortSignal;
}

/** Of rows that must be of one partition a SELECT that fails at any other. */
function checked(rows: string, { partition }: Pick<ChunkOptions, 'partition'>): string {
  return partition === undefined ? rows : checkedRowsSql(rows, partition);
}

/** The columns of rows that their file has. */
function kept(
  rows: string,
  schema: TableSchema,
  { partition }: Pick<ChunkOptions, 'partition'>,
): string {
  return partition === undefined ? rows : fileRowsSql(rows, schema, partition);
}

/** The file that a chunk becomes, and the columns of its rows before the transform. */
export interface Converting extends ChunkOptions {
  readonly file: TableFile;
  readonly schema: TableSchema;
}

/** Converts the rows of a slice, of which nothing is left in the directory. */
export async function convertOne<Written extends KeptRows>(
  slice: TableSlice,
  { engine, directory, layout: { onBadRow }, signal }: ChunkOptions,
  write: RowsWriter<Written>,
): Promise<Written & LeftOut> {
  const own = join(directory, 'slice');
  await mkdir(own);
  try {
    const room = { engine, directory: own, ...(signal && { signal }) };
    return await convertRows(slice, { ...room, onBadRow, write });
  } finally {
    await rm(own, { recursive: true });
  }
}

/** Where there is no deployment, its functions cannot be called. */
const refuseCall: CallFunction = async ({ lambda }) => {
  throw new TransformError(
    `${functionText(lambda)} runs in its deployment alone, so what it made cannot be made again here`,
  );
};

/** Rows that were read, in Parquet files of their own. */
interface ReadRows {
  readonly paths: readonly string[];
  readonly rows: number;
  readonly rejected: readonly RejectedValue[];
}

async function readRows(
  slices: readonly TableSlice[],
  directory: string,
  converting: Converting,
): Promise<ReadRows> {
  const { engine, signal } = converting;
  const paths: string[] = [];
  const rejected: RejectedValue[] = [];
  let rows = 0;
  for (const [index, slice] of slices.entries()) {
    const path = join(directory, `${index}.parquet`);
    const { rowGroupRows } = converting.layout;
    const file = tableFileOf(VALUES, { path, rowGroupRows, columns: converting.schema.length });
    const converted = await convertOne(slice, converting, (all) =>
      engine.writeSelect({ text: checked(all, converting) }, file, signal && { signal }),
    );
    rows += converted.rows;
    rejected.push(...converted.rejected);
    assertFewRejected(Iterator.from(rejected).map(({ uri }) => uri));
    paths.push(path);
  }
  return { paths, rows, rejected };
}

/** Writes rows that were read as they are, or what the transform makes of them. */
export async function writeRead(
  { paths, rows }: Omit<ReadRows, 'rejected'>,
  { engine, directory, layout, file, schema, partition, call, signal }: Converting,
): Promise<WrittenFile> {
  const input = paths.length === 0 ? emptySql(schema) : joinedSql(paths, schema);
  const run = signal && { signal };
  const { transform, rowGroupRows } = layout;
  if (transform === undefined) {
    const text = kept(input, schema, { partition });
    return await engine.writeSelect({ text }, file, run);
  }
  const given = { engine, directory, input, rows, file, ...run };
  if ('sql' in transform) {
    const { sql, orderBy } = transform;
    const columns = transform.schema.map(({ name }) => name);
    return await transformRows({ ...given, sql, ...(orderBy && { keyed: { orderBy, columns } }) });
  }
  const sized = { rowGroupRows, columns: schema.length };
  return await applyFunction({ ...given, ...sized, transform, call: call ?? refuseCall });
}

/** Converts each slice into a Parquet file of its own, and what is read of these into one. */
async function convertRead(
  slices: readonly TableSlice[],
  converting: Converting,
): Promise<ConvertedChunk> {
  const own = join(converting.directory, 'read');
  await mkdir(own);
  try {
    const { rejected, ...read } = await readRows(slices, own, converting);
    const written = await writeRead(read, { ...converting, directory: own });
    return { ...written, rejected, filtered: read.rows - written.rows };
  } finally {
    await rm(own, { recursive: true });
  }
}

/** The file of a chunk, as the engine writes it. */
export function chunkFile(options: ChunkOptions): TableFile {
  const { directory, name, layout, output, keyValues, companions, partition } = options;
  const { rowGroupRows } = layout;
  const path = join(directory, name);
  const table = outputSchemaOf(layout);
  const schema = fileSchema(table, partition?.columns ?? []);
  const form = { path, rowGroupRows, schema, table, companions };
  return outputFileOf(output, { ...form, ...(keyValues && { keyValues }) });
}

/**
 * Converts what one writer reads of a table into one file, which has the columns of the output even
 * if there are no rows. The same slices give the same bytes.
 *
 * Memory: 72 MiB, the engine's own, and 300 bytes for each rejected row. In the directory lie one
 * slice at a time and the file; where the slices are several, or the rows are transformed, their
 * values as Parquet, too.
 *
 * @throws {CorruptSourceError} the source is not sound, or a value does not fit its column; names
 * object, byte or row, column and value.
 * @throws {TransformError} the transform fails; names the row of SQL.
 * @throws {BoundExceededError} too many rows would be rejected, or a step needs more memory or disk
 * than there is.
 */
export async function convertChunk(
  slices: readonly TableSlice[],
  options: ChunkOptions,
): Promise<ConvertedChunk> {
  const { engine, layout, signal } = options;
  const file = chunkFile(options);
  const [only, second] = slices;
  if (only !== undefined && second === undefined && layout.transform === undefined) {
    const schema = schemaOf(layout);
    const converted = await convertOne(only, options, (rows) => {
      const text = kept(checked(rows, options), schema, options);
      return engine.writeSelect({ text }, file, signal && { signal });
    });
    return { ...converted, filtered: 0 };
  }
  return await convertRead(slices, { ...options, file, schema: schemaOf(layout) });
}
