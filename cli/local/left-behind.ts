import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isAbandoned } from '@sparse-fanout/local-cloud/state-directory.ts';
import { formatBytes } from '#cli/frame/format-figures.ts';
import { filesBelow } from '#cli/outputs/files-below.ts';

/** Begins the name of a state directory that is removed when its run ends. */
export const TEMPORARY_STATE = '.sparse-fanout-';

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await filesBelow(folder)) {
    bytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

/**
 * What runs have left beside an output that were killed before they could remove it, and how to
 * remove it.
 *
 * @returns undefined where there is nothing.
 */
export async function leftBehind(out: string): Promise<string | undefined> {
  const beside = dirname(resolve(out));
  const names = await readdir(beside).catch(() => []);
  const left: string[] = [];
  let bytes = 0;
  for (const name of names.filter((each) => each.startsWith(TEMPORARY_STATE)).sort()) {
    const folder = join(beside, name);
    if (!(await isAbandoned(folder))) continue;
    left.push(folder);
    bytes += await bytesBelow(folder);
  }
  if (left.length === 0) return undefined;
  return `runs that were killed have left ${formatBytes(bytes)} here; remove it: rm -r ${left.join(' ')}`;
}
