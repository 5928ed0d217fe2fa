import { execFile } from 'node:child_process';
import { glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout');

const run = promisify(execFile);

/** A set of Python packages. */
export interface PythonEnvironment {
  readonly name: string;
  /** Path of the file that pins them. @default `<name>.txt` beside this file */
  readonly requirements?: string;
  /** Versions of Python that the packages support; the first one that is found is used. */
  readonly pythons: readonly string[];
}

/** The oldest pandas on the oldest Python that the uploader allows, to the newest of both. */
export const PYTHON_ENVIRONMENTS: readonly PythonEnvironment[] = [
  { name: 'pandas-1.5', pythons: ['3.9', '3.10', '3.11'] },
  { name: 'pandas-2.3', pythons: ['3.12', '3.11', '3.13', '3.10'] },
  { name: 'pandas-3.1', pythons: ['3.13', '3.14', '3.12'] },
];

/** Commands of this version of Python: on the path, and in pyenv's folder. */
async function* candidates(version: string): AsyncGenerator<string> {
  yield `python${version}`;
  const pyenv = process.env['PYENV_ROOT'] ?? path.join(homedir(), '.pyenv');
  yield* glob(path.join(pyenv, 'versions', `${version}.*`, 'bin', 'python'));
}

async function findPython(versions: readonly string[]): Promise<string | undefined> {
  for (const version of versions) {
    for await (const python of candidates(version)) {
      if (await run(python, ['-m', 'venv', '--help']).then(Boolean, () => false)) return python;
    }
  }
  return undefined;
}

/**
 * Makes a virtual environment below `.sparse-fanout/`, unless it is there with the pinned packages.
 * Needs a package index; takes about a minute the first time.
 *
 * @returns its Python, or undefined where there is no Python for it.
 */
export async function pythonOf(wanted: PythonEnvironment): Promise<string | undefined> {
  const folder = path.join(FOLDER, `${wanted.name}-venv`);
  const python = path.join(folder, 'bin/python');
  const requirements = wanted.requirements ?? path.join(import.meta.dirname, `${wanted.name}.txt`);
  // Written last, so that an incomplete environment is made again.
  const installed = path.join(folder, 'installed.txt');
  const packages = await readFile(requirements, 'utf8');
  if ((await readFile(installed, 'utf8').catch(() => '')) === packages) return python;
  const found = await findPython(wanted.pythons);
  if (found === undefined) return undefined;
  await rm(folder, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await run(found, ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  await writeFile(installed, packages);
  return python;
}
