import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** SHA-256 of all chunks of a run in a directory, one after the other. */
export async function sha256OfChunks(out: string): Promise<string> {
  const hash = createHash('sha256');
  const data = join(out, 'data');
  for (const name of (await readdir(data)).sort()) hash.update(await readFile(join(data, name)));
  return hash.digest('hex');
}
