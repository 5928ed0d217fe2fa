import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const FOLDER = path.join(import.meta.dirname, '../../.sparse-fanout');
const PEERS = path.join(import.meta.dirname, 'requirements.txt');

/** Written last, so that an incomplete environment is made again. */
const INSTALLED = 'installed.txt';

const run = promisify(execFile);

/**
 * Makes a virtual environment in `.sparse-fanout/`, unless it is there with the packages of a file,
 * and returns its Python. Needs `python3` and a package index; takes some minutes the first time.
 */
export async function pythonWith(name: string, requirements: string): Promise<string> {
  const folder = path.join(FOLDER, name);
  const python = path.join(folder, 'bin/python');
  const installed = path.join(folder, INSTALLED);
  const wanted = await readFile(requirements, 'utf8');
  if ((await readFile(installed, 'utf8').catch(() => '')) === wanted) return python;
  await mkdir(FOLDER, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
  await writeFile(installed, wanted);
  return python;
}

/** The Python of the peers that write a matrix. */
export async function pythonOfPeers(): Promise<string> {
  return await pythonWith('peers-venv', PEERS);
}
