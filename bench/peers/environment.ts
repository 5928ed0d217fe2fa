import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout/peers-venv');
const REQUIREMENTS = path.join(import.meta.dirname, 'requirements.txt');

/** Written last, so that an incomplete environment is made again. */
const INSTALLED = path.join(FOLDER, 'installed.txt');

const run = promisify(execFile);

/**
 * Makes the virtual environment of the peers, unless it is there with the pinned packages, and
 * returns its Python. Needs `python3` and a package index; takes some minutes the first time.
 */
export async function pythonOfPeers(): Promise<string> {
  const python = path.join(FOLDER, 'bin/python');
  const wanted = await readFile(REQUIREMENTS, 'utf8');
  if ((await readFile(INSTALLED, 'utf8').catch(() => '')) === wanted) return python;
  await mkdir(path.dirname(FOLDER), { recursive: true });
  await run('python3', ['-m', 'venv', FOLDER]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', REQUIREMENTS]);
  await writeFile(INSTALLED, wanted);
  return python;
}
