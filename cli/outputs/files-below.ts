import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Paths of all files below a directory, which may be missing, from there on; in their order. */
export async function filesBelow(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return found
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(directory, join(parentPath, name)))
    .sort();
}
