import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What scikit-learn, SciPy and pandas made of the same glosses. */
const GOLDEN = join(import.meta.dirname, '..', 'test', 'fixtures', 'golden', 'demo.json');

/** SHA-256 of the chunks in a folder, one after the other in the order of their names. */
async function hashChunks(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(folder);
  for (const name of names.sort()) {
    for await (const block of createReadStream(join(folder, name))) hash.update(block);
  }
  return hash.digest('hex');
}

/**
 * Compares the text of the demo with the text that pandas writes for scikit-learn's matrix.
 *
 * @param folder holds the chunks and nothing else.
 * @returns one line for people; `equal` is false when the texts differ.
 */
export async function compareWithGolden(
  folder: string,
): Promise<{ readonly equal: boolean; readonly line: string }> {
  const golden = JSON.parse(await readFile(GOLDEN, 'utf8'));
  const expected: string = golden.sha256['csv text, profile typed'];
  const sha256 = await hashChunks(folder);
  return sha256 === expected
    ? { equal: true, line: `sha256 ${sha256}, the text of pandas for scikit-learn's matrix` }
    : { equal: false, line: `sha256 ${sha256}, but pandas gives ${expected}` };
}
