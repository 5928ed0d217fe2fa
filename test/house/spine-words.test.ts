import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.join(import.meta.dirname, '../..');

/** What only one kind of source or output knows. */
const WORDS = /dialect|\bnnz\b/i;

/** Where that may stand: the matrix wing, its outputs, and the schema of the request. */
const OWNERS = [
  ...['core/sparse/', 'core/request/request-schema.ts'],
  ...['csv', 'svmlight', 'npz', 'mtx', 'recordio', 'parquet'].map(
    (kind) => `core/outputs/${kind}/`,
  ),
];

/** Lines of a file that name a word. */
function naming(file: string, words: RegExp): readonly string[] {
  const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
  return lines.flatMap((line, i) => (words.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : []));
}

const files = globSync('{core,aws,lambdas,cli,lib}/**/*.ts', { cwd: root }).sort();
const outside = files.filter((file) => !OWNERS.some((owner) => file.startsWith(owner)));

it('nothing outside a kind names what only this kind knows', () => {
  expect(outside.length).toBeGreaterThan(150);
  expect(outside.flatMap((file) => naming(file, WORDS))).toEqual([]);
});

it('the kinds do name it, so that the words are the right ones', () => {
  const inside = files.filter((file) => !outside.includes(file));
  const named = inside.filter((file) => naming(file, WORDS).length > 0);
  expect(named.length).toBeGreaterThan(20);
});
