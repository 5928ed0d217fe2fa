import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openEngine } from '@sparse-fanout/engine';
import { expect } from 'vitest';
import { type Ended, runHere } from './run-command.ts';

/** Writes files into a new folder, and gives its path. */
export async function folderOf(files: Readonly<Record<string, string | Uint8Array>>) {
  const folder = await mkdtemp(join(tmpdir(), 'cli-tables-'));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** Writes a Parquet file with the rows of a SELECT into a new folder, and gives its path. */
export async function parquetOf(select: string, rowGroupRows = 2048): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cli-parquet-'));
  const engine = await openEngine({ directory, memoryBytes: 256e6 });
  const path = join(directory, 'x.parquet');
  const file = { path, format: 'parquet', compression: 'zstd', rowGroupRows } as const;
  await engine.writeSelect({ text: select }, file);
  engine.close();
  return path;
}

/** Runs a command that must succeed. */
export async function good(...args: string[]): Promise<Ended & { readonly text: string }> {
  const ended = await runHere(args);
  expect(ended.stderr.replaceAll(/^note: .*\n/gm, '')).toBe('');
  expect(ended.code).toBe(0);
  return { ...ended, text: ended.stdout.toString() };
}

/** The object that a command prints with `--json`. */
export async function printed(...args: string[]) {
  return JSON.parse((await good(...args, '--json')).text);
}
