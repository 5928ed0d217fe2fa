import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '@sparse-fanout/engine';

/** Files of an output, in the order of their keys. */
export async function filesOf(out: string): Promise<readonly string[]> {
  const names = await readdir(join(out, 'data'), { recursive: true });
  return names.filter((name) => name.endsWith('.parquet')).sort();
}

/**
 * Asks DuckDB about files of an output.
 *
 * @param select with `$files` for a list of their paths.
 * @returns the only row.
 */
export async function askDuckdb(
  { out, files }: { readonly out: string; readonly files: readonly string[] },
  select: string,
): Promise<Readonly<Record<string, unknown>>> {
  const directory = await mkdtemp(join(tmpdir(), 'demo-'));
  const engine = await openEngine({ directory, memoryBytes: 400e6 });
  try {
    const copies = files.map((_, at) => join(directory, `${at}.parquet`));
    for (const [at, copy] of copies.entries()) await copyFile(join(out, 'data', files[at]!), copy);
    const list = `[${copies.map((path) => `'${path}'`).join(', ')}]`;
    const [row] = await engine.runSelect({ text: select.replace('$files', () => list) });
    return row ?? {};
  } finally {
    engine.close();
    await rm(directory, { recursive: true });
  }
}

/** A row for people. */
export function shown(row: Readonly<Record<string, unknown>>): string {
  return Object.entries(row)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
