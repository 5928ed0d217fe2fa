import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = join(ROOT, 'examples/hello/hello.ts');

const read = (file: string) => readFile(join(ROOT, file), 'utf8');

test('the first example is the file beside it, and runs as it says', async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(await read('README.md')) ?? [];
  expect(code).toBe(await readFile(EXAMPLE, 'utf8'));
  const [, promised] = / \/\/ (SUCCEEDED .*)/.exec(code ?? '') ?? [];
  const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE]);
  expect(stdout).toBe(`${promised}\n`);
});

test('every path that can be imported is in the table', async () => {
  const readme = await read('README.md');
  const table = readme.slice(readme.indexOf('## What can be'), readme.indexOf('## How it is made'));
  const paths = Object.keys(manifest.exports).map((path) => path.replace(/^\.\//, ''));
  const isListed = (path: string) =>
    table.includes(`\`${path}\``) || table.includes(`\`${path.split('/').at(-1)}\``);
  expect(paths.filter((path) => !isListed(path))).toEqual([]);
});
