import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withEngine } from './with-engine.ts';

/** The rows of a Parquet file in their order, their values as JSON. */
export async function rowsOf(bytes: Uint8Array): Promise<readonly string[]> {
  return await withEngine(async (engine, directory) => {
    const path = join(directory, 'in.parquet');
    await writeFile(path, bytes);
    const rows = await engine.runSelect({ text: `SELECT * FROM read_parquet('${path}')` });
    const plain = (_: string, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value;
    return rows.map((row) => JSON.stringify(Object.values(row), plain));
  });
}

/** Names and types of the columns of a Parquet file. */
export async function columnsOf(bytes: Uint8Array): Promise<Readonly<Record<string, string>>> {
  return await withEngine(async (engine, directory) => {
    const path = join(directory, 'in.parquet');
    await writeFile(path, bytes);
    const columns = await engine.describe({ text: `SELECT * FROM read_parquet('${path}')` });
    return Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  });
}

/** The bytes of a Parquet file with the rows of a SELECT. */
export async function parquetOf(text: string, rowGroupRows = 122_880): Promise<Uint8Array> {
  return await withEngine(async (engine, directory) => {
    const path = join(directory, 'out.parquet');
    const file = { path, format: 'parquet', compression: 'none', rowGroupRows } as const;
    await engine.writeSelect({ text }, file);
    return await readFile(path);
  });
}
