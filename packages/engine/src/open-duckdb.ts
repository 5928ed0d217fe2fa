import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckdb } from './duckdb.ts';
import { literal } from './quote.ts';

/** What an engine may use. */
export interface EngineOptions {
  /** Absolute path of a private directory: the only place where it reads, writes and spills. */
  readonly directory: string;
  /** Bytes; what does not fit spills into the directory. */
  readonly memoryBytes: number;
}

/** Where nothing can lie: DuckDB would look for extensions and secrets in the user's home. */
const NOWHERE = '/dev/null';

/** After these no statement can reach a file outside of the directory, or change a setting. */
async function lockDown(connection: DuckDBConnection, directory: string): Promise<void> {
  for (const statement of [
    "SET TimeZone = 'UTC'",
    `SET allowed_directories = [${literal(join(directory, '/'))}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ]) {
    await connection.run(statement);
  }
}

/** Opens DuckDB in memory, locked down. */
export async function openDuckDb(
  options: EngineOptions,
): Promise<{ instance: DuckDBInstance; connection: DuckDBConnection }> {
  const { directory, memoryBytes } = options;
  const instance = await duckdb.DuckDBInstance.create(':memory:', {
    // Always one: with more, DuckDB cuts row groups elsewhere, and not the same way twice.
    threads: '1',
    memory_limit: `${Math.trunc(memoryBytes)}B`,
    temp_directory: join(directory, 'spill'),
    home_directory: NOWHERE,
    extension_directory: NOWHERE,
    secret_directory: NOWHERE,
    allow_persistent_secrets: 'false',
    allow_community_extensions: 'false',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
    // It may answer with what a file of that name held before.
    enable_external_file_cache: 'false',
  });
  const connection = await instance.connect();
  await lockDown(connection, directory);
  return { instance, connection };
}
