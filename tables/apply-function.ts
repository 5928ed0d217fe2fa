import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine, TableFile, WrittenFile } from '@sparse-fanout/engine';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import {
  CorruptSourceError,
  RequestError,
  SourceChangedError,
  TransformError,
  UnsupportedSourceError,
} from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { PlannedFunction } from '#core/tables/run/table-layout.ts';
import { tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { emptySql } from '#core/tables/schema/joined-sql.ts';
import { type TableSchema, tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { convertSlice } from './convert-slice.ts';
import { ObjectShapes, parquetColumns } from './object-shape.ts';
import { openObject, saidBy } from './open-object.ts';
import { tableFileOf } from './table-file.ts';
import type { TableSlice } from './table-slice.ts';

/** A call of the function of a transform. */
export interface FunctionCall {
  readonly lambda: PlannedFunction['lambda'];
  /** Parquet file of the rows that it gets. */
  readonly path: string;
  readonly signal?: AbortSignal;
}

/**
 * Calls the function of a transform, and opens what it wrote.
 *
 * @throws {TransformError} it failed, took too long or wrote nothing.
 */
export type CallFunction = (call: FunctionCall) => Promise<ByteSource>;

/** Rows that a function gets, and what they are written as. */
export interface ApplyOptions {
  readonly engine: Engine;
  /** The engine's own; files are left there. */
  readonly directory: string;
  /** SELECT of the rows in their order. */
  readonly input: string;
  /** How many they are, and in a row group. */
  readonly rows: number;
  readonly rowGroupRows: number;
  /** Columns of the input. */
  readonly columns: number;
  readonly transform: PlannedFunction;
  /** The file to write, in the directory. */
  readonly file: TableFile;
  readonly call: CallFunction;
  readonly signal?: AbortSignal;
}

/** Every reader of Parquet knows it. */
const GIVEN = { format: 'parquet', compression: 'snappy', rowGroupBytes: 0 } as const;

/** Faults of what a function wrote, by the names that they have in a source. */
const FAULTS = [CorruptSourceError, UnsupportedSourceError, RequestError, SourceChangedError];

/** `transform.lambda clean (version 3)`: how sentences begin. */
export function functionText({ name, version }: PlannedFunction['lambda']): string {
  return `transform.lambda ${name} (version ${version})`;
}

function faultOf(error: unknown, { lambda }: PlannedFunction): unknown {
  if (!FAULTS.some((fault) => error instanceof fault)) return error;
  // What it advises behind its first words is for a source.
  const [said] = (error as Error).message.split('; ');
  return new TransformError(
    `${functionText(lambda)} did not write what was declared: ${said}; write Parquet whose values the types of transform.schema hold`,
    { cause: error },
  );
}

/** @throws {TransformError} the columns are not those that are declared. */
function assertColumns(
  names: readonly string[],
  schema: TableSchema,
  { lambda }: PlannedFunction,
): void {
  const declared = new Set(schema.map(({ name }) => name));
  const written = new Set(names);
  const missing = [...declared].filter((name) => !written.has(name)).map(shownName);
  const others = names.filter((name) => !declared.has(name)).map(shownName);
  if (missing.length === 0 && others.length === 0) return;
  const parts = [
    ...(missing.length > 0 ? [`lacks ${missing.slice(0, 10).join(', ')}`] : []),
    ...(others.length > 0 ? [`has ${others.slice(0, 10).join(', ')} besides`] : []),
  ];
  throw new TransformError(
    `${functionText(lambda)} wrote another schema than declared, it ${parts.join(' and ')}; write the columns of transform.schema, else those of the input, without an index`,
  );
}

/** @throws {TransformError} the function gave back more or fewer rows than it may. */
function assertRows(made: number, given: number, { lambda, rows }: PlannedFunction): void {
  if (made === given || (rows === 'fewer' && made < given)) return;
  const advice =
    made < given
      ? 'set transform.rows to "fewer" if it leaves out rows'
      : 'a function makes of each row one row, or none with transform.rows "fewer"';
  throw new TransformError(
    `${functionText(lambda)} wrote ${made} rows of ${given} that it got; ${advice}`,
  );
}

interface MadeRows {
  readonly slice: TableSlice | undefined;
  readonly schema: TableSchema;
}

/** Opens what a function wrote as a source of the declared columns. */
async function openMade(
  source: ByteSource,
  given: number,
  transform: PlannedFunction,
): Promise<MadeRows> {
  const schema = tableSchema.parse(transform.schema);
  const csv = csvFormatSection.parse({});
  const asked = { uris: [source.uri], format: 'parquet', csv, byName: false } as const;
  const read = { source: asked, columns: {}, onBadRow: 'fail' } as const;
  const layout = tableLayoutOf(read, { format: 'parquet', schema });
  const opened = await openObject(source, saidBy(layout));
  if (opened.format !== 'parquet') throw new UnsupportedSourceError(`${source.uri} is no Parquet`);
  assertColumns(
    parquetColumns(opened).map(({ name }) => name),
    schema,
    transform,
  );
  const { footer } = opened;
  assertRows(footer.rows, given, transform);
  const shape = new ObjectShapes(layout).of(opened);
  const groups = { start: 0, end: footer.rowGroups.length };
  const slice = { ...shape, parts: [{ source, footer, groups }] } as TableSlice;
  return { slice: footer.rows > 0 ? slice : undefined, schema };
}

async function writeGiven(options: ApplyOptions): Promise<string> {
  const { engine, directory, input, rowGroupRows, columns, signal } = options;
  const path = join(directory, 'given.parquet');
  const file = tableFileOf(GIVEN, { path, rowGroupRows, columns });
  await engine.writeSelect({ text: input }, file, signal && { signal });
  return path;
}

async function writeMade(source: ByteSource, options: ApplyOptions): Promise<WrittenFile> {
  const { engine, file, transform, rows, signal } = options;
  const { slice, schema } = await openMade(source, rows, transform);
  const run = signal && { signal };
  if (slice === undefined) return await engine.writeSelect({ text: emptySql(schema) }, file, run);
  const directory = join(options.directory, 'made');
  await mkdir(directory);
  return await convertSlice(slice, { engine, directory, file, onBadRow: 'fail', ...run });
}

/**
 * Writes what the function of a transform makes of rows: it gets them as a Parquet file, and what
 * it wrote is proved as a source is, and cast to the declared columns without loss. Without rows it
 * is not called.
 *
 * Memory: 72 MiB, and the engine's own. In the directory lie the rows before and after.
 *
 * @throws {TransformError} the function fails, takes too long, or writes nothing, no Parquet, other
 * columns, other values or other numbers of rows than were declared.
 */
export async function applyFunction(options: ApplyOptions): Promise<WrittenFile> {
  const { engine, transform, rows, file, call, signal } = options;
  const run = signal && { signal };
  if (rows === 0) {
    const text = emptySql(tableSchema.parse(transform.schema));
    return await engine.writeSelect({ text }, file, run);
  }
  const path = await writeGiven(options);
  const source = await call({ lambda: transform.lambda, path, ...run });
  await rm(path);
  try {
    return await writeMade(source, options);
  } catch (error) {
    throw faultOf(error, transform);
  }
}
