import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../../docs/decisions');

test('decisions are numbered one by one, in the file name and in the title', async () => {
  const files = (await readdir(FOLDER)).sort();

  for (const [at, file] of files.entries()) {
    const [title] = (await readFile(join(FOLDER, file), 'utf8')).split('\n', 1);
    expect(file).toMatch(new RegExp(`^${String(at + 1).padStart(4, '0')}-`));
    expect(title).toMatch(new RegExp(`^# ${at + 1}\\. `));
  }
});
