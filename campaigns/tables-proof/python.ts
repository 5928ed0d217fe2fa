import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pythonOf } from '#support/python/environment.ts';

const run = promisify(execFile);

/** Python with the pinned readers; undefined where there is no Python for them. */
export async function pythonOfReaders(): Promise<string | undefined> {
  return await pythonOf({
    name: 'tables-proof',
    pythons: ['3.12', '3.11', '3.13', '3.10'],
    requirements: join(import.meta.dirname, 'requirements.txt'),
  });
}

/** Runs a script of this folder. Returns what it prints, a value of JSON a line. */
export async function scriptLines<T>(
  python: string,
  script: string,
  args: readonly string[],
): Promise<readonly T[]> {
  const path = join(import.meta.dirname, script);
  const { stdout } = await run(python, [path, ...args], { maxBuffer: 2 ** 28 });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line): T => JSON.parse(line));
}
