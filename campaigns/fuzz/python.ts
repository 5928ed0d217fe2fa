import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { pythonOf } from '#support/python/environment.ts';

/** Where everything lies that the fuzzer makes. */
export const FUZZ_FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout/fuzz');

const SEEDS = path.join(FUZZ_FOLDER, 'seeds');
const SCRIPT = path.join(import.meta.dirname, 'write_seeds.py');

/** Written last; holds the script that wrote the seeds. */
const WRITTEN = path.join(FUZZ_FOLDER, 'seeds.txt');

/** The newest Pythons that the libraries support. */
const ENVIRONMENT = {
  name: 'fuzz',
  pythons: ['3.13', '3.12', '3.11', '3.14'],
  requirements: path.join(import.meta.dirname, 'requirements.txt'),
};

const run = promisify(execFile);

/** Python with the libraries that are compared with, and what they wrote. */
export interface PythonSide {
  readonly python: string;
  readonly seeds: string;
}

/**
 * Makes the virtual environment and the seeds, unless they are there. Needs a package index the
 * first time.
 *
 * @returns undefined where there is no Python for it.
 */
export async function preparePython(): Promise<PythonSide | undefined> {
  const python = await pythonOf(ENVIRONMENT);
  if (python === undefined) return undefined;
  const script = await readFile(SCRIPT, 'utf8');
  if ((await readFile(WRITTEN, 'utf8').catch(() => '')) !== script) {
    await rm(SEEDS, { recursive: true, force: true });
    await mkdir(FUZZ_FOLDER, { recursive: true });
    await run(python, [SCRIPT, SEEDS]);
    await writeFile(WRITTEN, script);
  }
  return { python, seeds: SEEDS };
}
