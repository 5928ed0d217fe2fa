import { join } from 'node:path';
import type { FunctionModules } from '@sparse-fanout/engine';
import { withFolder } from '#cli/sources/with-folder.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { ShownRows } from '#core/tables/run/shown-rows.ts';
import { outputSchemaOf, transformSql } from '#core/tables/run/table-layout.ts';
import { emptySql, joinedSql } from '#core/tables/schema/joined-sql.ts';
import { firstSlices, type OpenTable } from '#tables/first-slices.ts';
import { readSlice } from '#tables/readable-slice.ts';
import { shownRows } from '#tables/shown-rows.ts';
import { tableFileOf, VALUES } from '#tables/table-file.ts';
import type { TableSlice } from '#tables/table-slice.ts';
import { type EngineRoom, withEngine } from '#tables/with-engine.ts';
import { writeRows } from '#tables/write-rows.ts';
import { ENGINE_BYTES } from './engine-bytes.ts';
import { openTable, type TableToOpen } from './open-table.ts';

/** Objects whose first rows are looked at, if a transform leaves out all of those before. */
const MAX_OBJECTS = 64;

const ALL = { columns: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY };

/** What a transform makes of the rows of a slice. */
async function rowsOfSlice(
  { layout }: OpenTable,
  slice: TableSlice,
  { engine, directory, signal }: EngineRoom & { readonly signal: AbortSignal },
): Promise<ShownRows> {
  return await withFolder(async (folder) => {
    const source = await readSlice(slice, folder);
    const end = source.records.reduce((sum, count) => sum + count, 0);
    const schema = outputSchemaOf(layout);
    const path = join(folder, 'rows.parquet');
    const { rowGroupRows } = layout;
    const file = tableFileOf(VALUES, { path, rowGroupRows, columns: schema.length });
    const sql = transformSql(layout);
    await writeRows(slice, source, { start: 0, end, engine, file, sql, signal });
    return await shownRows(engine, { sql: joinedSql([path], schema), schema }, ALL);
  }, directory);
}

/** What the rows of a transform are made with. */
interface TransformWith {
  readonly store: ObjectStore;
  /** Functions that it may call. */
  readonly functions: FunctionModules;
  readonly signal: AbortSignal;
}

/**
 * The columns that the transform of a request gives, and the first rows that it makes of those in
 * the first 1 MiB of text, or the first row group, of the first object of which it leaves any.
 *
 * Memory: 100 MiB and that of the engine, 512 MiB.
 *
 * @throws {RequestError} there is no such transform.
 * @throws {TransformError} it fails for one of these rows.
 */
export async function transformedRows(
  asked: Omit<TableToOpen, 'output'>,
  { store, functions, signal }: TransformWith,
): Promise<ShownRows> {
  return await withEngine(ENGINE_BYTES, async (room) => {
    const output = { format: 'jsonl', compression: 'none' } as const;
    const table = await openTable({ ...asked, output }, { store, functions, engine: room.engine });
    let looked = 0;
    for await (const slice of firstSlices(table)) {
      const rows = await rowsOfSlice(table, slice, { ...room, signal });
      looked += 1;
      if (rows.firstRows.length > 0 || looked === MAX_OBJECTS) return rows;
    }
    const schema = outputSchemaOf(table.layout);
    return await shownRows(room.engine, { sql: emptySql(schema), schema }, ALL);
  });
}
