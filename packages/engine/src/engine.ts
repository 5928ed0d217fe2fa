import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';

/** What an engine may use. */
export interface EngineOptions {
  /** Absolute path of a private directory: the only place where it reads, writes and spills. */
  readonly directory: string;
  /** Bytes; what does not fit spills into the directory. */
  readonly memoryBytes: number;
  /** @default 1 */
  readonly threads?: number;
}

/** A SELECT, and the values of its `$1`, `$2` and so on. */
export interface Select {
  readonly text: string;
  readonly values?: readonly DuckDBValue[];
}

/** DuckDB, locked down. Nothing else knows it. */
export interface Engine {
  /** Runs a SELECT and gives all of its rows: for small results. */
  runSelect(select: Select): Promise<readonly Readonly<Record<string, DuckDBValue>>[]>;
  close(): void;
}

/** Text as an SQL literal. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

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

/** Opens an engine over nothing but its directory. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { directory, memoryBytes, threads = 1 } = options;
  await mkdir(directory, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${memoryBytes}B`,
    temp_directory: join(directory, 'spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'true',
  });
  const connection = await instance.connect();
  await lockDown(connection, directory);
  return {
    async runSelect({ text, values = [] }) {
      const reader = await connection.runAndReadAll(text, [...values]);
      return reader.getRowObjects();
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
