import { join } from 'node:path';
import type { ReadDatabase } from '#core/tables/postgres/database-reader.ts';
import { copyRangeSql } from '#core/tables/postgres/read-sql.ts';
import type { DatabaseLayout } from '#core/tables/run/database-layout.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import { type CopiedFile, copyRows } from './copy-rows.ts';
import { proveRelation } from './look-at-database.ts';

/** What one writer reads of a database. */
interface ChunkOfDatabase {
  readonly layout: DatabaseLayout;
  readonly chunk: TableChunk;
  /** Where the copy lies. */
  readonly directory: string;
}

/**
 * Copies the rows of the keys of a chunk out of a database, as one transaction sees them, in the
 * order of the keys. Chunks leave no key out: each has all from its first key up to the first of
 * the next one, whatever came to the table since it was planned.
 *
 * @throws {SourceNotFoundError} the table is gone.
 * @throws {RequestError} a column of the plan is gone, or the deployment has no such connection.
 * @throws {BoundExceededError} there is more than a writer has room for.
 */
export async function copyChunk(
  read: ReadDatabase,
  { layout, chunk, directory }: ChunkOfDatabase,
  signal: AbortSignal,
): Promise<CopiedFile> {
  const { start, keys } = chunk;
  const isFirst = start.at === 0;
  const range = { from: isFirst ? undefined : keys?.first, until: keys?.next };
  const file = { path: join(directory, 'copied.csv'), what: `the rows of chunk ${chunk.index}` };
  return await read(layout.connection, signal, async (reader) => {
    await proveRelation(layout.from, reader);
    return await copyRows(reader, copyRangeSql(layout.from, layout, range), file);
  });
}
