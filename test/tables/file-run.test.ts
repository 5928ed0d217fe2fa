import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileRun } from '#tables/file-run.ts';

let root: string;
let count = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'file-run-'));
});
afterAll(() => rm(root, { recursive: true }));

/** Writes pieces, of which `|` marks the last begin of a record, and reads the files. */
async function written(fileBytes: number, pieces: readonly string[]) {
  const files = new FileRun(join(root, String(count++)), 'h', fileBytes);
  let open = 0;
  for (const piece of pieces) {
    const [ended = '', begun] = piece.split('|');
    open = begun === undefined ? open + ended.length : begun.length;
    await files.write(Buffer.from(ended + (begun ?? '')), open);
  }
  const paths = await files.finish();
  await files.close();
  return await Promise.all(paths.map((path) => readFile(path, 'utf8')));
}

describe('FileRun', () => {
  it('ends a file with its record once it is full, and begins each by the head', async () => {
    const pieces = ['ab|', 'c|d', 'e|f', 'gh|ijk', 'lm|n'];
    expect(await written(4, pieces)).toEqual(['habcde', 'hfgh', 'hijklm', 'hn']);
    expect(await written(100, ['ab|', 'c|d', 'ef|'])).toEqual(['habcdef']);
  });

  it('keeps a record whole that is longer than a file', async () => {
    expect(await written(4, ['|abc', 'def', 'ghi', 'j|kl'])).toEqual(['habcdefghij', 'hkl']);
  });

  it('has a file also where there is no text, and none that is empty at the end', async () => {
    expect(await written(4, [])).toEqual(['h']);
    expect(await written(4, ['abcde|'])).toEqual(['habcde']);
    expect(await written(4, ['abcde|', 'f|'])).toEqual(['habcde', 'hf']);
  });
});
