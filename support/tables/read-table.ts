import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Engine, openEngine } from '@sparse-fanout/engine';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { FanoutError, RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { caseTable } from './case-table.ts';
import { convertedFile, planned } from './convert-table.ts';
import type { TableReading } from './table-case.ts';

/** Half of what a function has. */
const MEMORY_BYTES = 884e6;

/** How a table ended. */
export type TableEnd =
  /** Names and types of the columns, then the rows as JSON. */
  | { readonly end: 'accepted'; readonly rows: readonly string[]; readonly rejected: number }
  | { readonly end: 'refused'; readonly name: string; readonly message: string }
  /** Any other error than those of `core/errors.ts`: a fault of ours. */
  | { readonly end: 'crashed'; readonly name: string; readonly message: string };

/** Where a table is read, and in what pieces. */
export interface TablePlace {
  /** Made, and removed again. */
  readonly directory: string;
  /** About so many bytes of text a slice. */
  readonly sliceBytes: number;
}

/** Types of the columns, and each row as JSON of the engine, of Parquet files in their order. */
export async function rowsOf(engine: Engine, paths: readonly string[]): Promise<string[]> {
  const from = `FROM read_parquet([${paths.map((path) => `'${path}'`).join(', ')}]) AS t`;
  const columns = await engine.describe({ text: `SELECT * ${from}` });
  // The engine's own JSON: Node's binding takes a byte order mark off a text.
  const rows = await engine.runSelect({
    text: `SELECT CAST(to_json(t) AS VARCHAR) AS row ${from}`,
  });
  const types = columns.map(({ name, type }) => [name, type]);
  return [JSON.stringify(types), ...rows.map(({ row }) => String(row))];
}

/** The inputs as a store has them. */
function storeOf(inputs: readonly ByteSource[]): ObjectStore {
  const byUri = new Map(inputs.map((source) => [source.uri, source]));
  const pinOf = ({ uri, etag, size }: ByteSource) => ({ uri, etag, versionId: null, size });
  return {
    pin: async (uri) => pinOf(byUri.get(uri)!),
    async *list() {
      yield* inputs.map(pinOf);
    },
    open: ({ uri }) => byUri.get(uri)!,
  };
}

/** @throws {RequestError} the schema is not one. */
function checkSchema(schema: TableReading['schema']): void {
  const { success, error } = tableSchema.safeParse(schema);
  if (!success) throw new RequestError(error.issues.map(({ message }) => message));
}

/** Converts all chunks, each into a file of the directory. */
async function convert(
  inputs: readonly ByteSource[],
  asked: TableReading,
  { directory, sliceBytes }: TablePlace,
): Promise<{ readonly paths: readonly string[]; readonly rejected: number }> {
  checkSchema(asked.schema);
  const uris = inputs.map(({ uri }) => uri);
  const plan = await planned(caseTable({ ...asked, inputs: uris }, sliceBytes), storeOf(inputs));
  const paths: string[] = [];
  let rejected = 0;
  for (const chunk of plan.chunks) {
    const file = await convertedFile(plan, chunk);
    const path = join(directory, `${chunk.index}.parquet`);
    await writeFile(path, file.bytes);
    rejected += file.rejected.length;
    paths.push(path);
  }
  return { paths, rejected };
}

function endOf(error: unknown): TableEnd {
  const isNamed = error instanceof FanoutError;
  if (isNamed) return { end: 'refused', name: error.name, message: error.message };
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { end: 'crashed', name, message: stack ?? message };
}

/** Reads a table as writers do: planned, cut, proved, cast; and reads back what they wrote. */
export async function readTable(
  inputs: readonly ByteSource[],
  asked: TableReading,
  place: TablePlace,
): Promise<TableEnd> {
  const { directory } = place;
  const engine = await openEngine({ directory, memoryBytes: MEMORY_BYTES });
  try {
    const { paths, rejected } = await convert(inputs, asked, place);
    return { end: 'accepted', rows: paths.length > 0 ? await rowsOf(engine, paths) : [], rejected };
  } catch (error) {
    return endOf(error);
  } finally {
    engine.close();
    await rm(directory, { recursive: true });
  }
}
