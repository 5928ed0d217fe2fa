import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type ExportCase, flagsOf, sourcesOf } from './cases.ts';

const ENTRY = path.join(import.meta.dirname, '../../bin/sparse-fanout.cjs');

const run = promisify(execFile);

/** What a command line of ours printed, and how long its process took. */
interface Ended {
  /** Of the objects that it wrote. */
  readonly bytes: number;
  /** Of their text. */
  readonly contentBytes: number;
  readonly chunks: number;
  /** Of the whole process. */
  readonly seconds: number;
}

/** Runs `export` or `local run` as users start it. */
export async function command(
  name: readonly string[],
  asked: ExportCase,
  out: string,
): Promise<Ended> {
  const args = [...name, ...sourcesOf(asked), '--out', out, ...flagsOf(asked), '--json'];
  const began = performance.now();
  const { stdout } = await run(process.execPath, [ENTRY, ...args]);
  const seconds = (performance.now() - began) / 1000;
  return { ...JSON.parse(stdout), seconds };
}

/**
 * Seconds in which `cat` writes the same bytes to a file, until the disk has them. It reads them
 * from the cache of the system, as `export` writes what it has in memory.
 */
export async function catSeconds(out: string): Promise<number> {
  const copy = `${out}.cat`;
  await run('sh', ['-c', `cat "${out}"/data/* > /dev/null`]);
  const began = performance.now();
  await run('sh', ['-c', `cat "${out}"/data/* > "${copy}" && sync -d "${copy}"`]);
  const seconds = (performance.now() - began) / 1000;
  await rm(copy);
  return seconds;
}

/** Whether two directories hold the same chunks, byte for byte. */
export async function isSameOutput(one: string, other: string): Promise<boolean> {
  const [data, others] = [path.join(one, 'data'), path.join(other, 'data')];
  const names = (await readdir(data)).sort();
  if (names.join() !== (await readdir(others)).sort().join()) return false;
  for (const name of names) {
    const read = (folder: string) => readFile(path.join(folder, name));
    if (!(await read(data)).equals(await read(others))) return false;
  }
  return true;
}
