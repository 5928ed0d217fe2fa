import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readmeTable } from './readme-table.ts';
import { newestRecord } from './recorded.ts';

test('README.md shows the rates of the newest recorded run of the peers', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(readmeTable((await newestRecord())!));
});
