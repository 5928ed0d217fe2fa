import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { goldenPath } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';

const SOURCE = goldenPath('inputs/wide-counts.npz');

/** The cells that are stored in a line of CSV, as svmlight counts columns from 1. */
function stored(line: string): string {
  const cells = line.split(',').flatMap((cell, column) => {
    return cell === '0' ? [] : [` ${column + 1}:${cell}`];
  });
  return `0${cells.join('')}\n`;
}

test('slice prints rows as svmlight', async () => {
  const csv = await runHere(['slice', SOURCE]);
  const svmlight = await runHere([
    ...['slice', SOURCE, '--output-format', 'svmlight', '--index-base', '1'],
  ]);
  const lines = csv.stdout.toString().trimEnd().split('\n');
  expect(svmlight.stdout.toString()).toBe(lines.map(stored).join(''));
});

test('inspect predicts the text of the output that is asked for', async () => {
  const args = ['inspect', SOURCE, '--output-format', 'svmlight', '--index-base', '0', '--json'];
  const { minTextBytes, maxTextBytes } = JSON.parse((await runHere(args)).stdout.toString());
  const flags = ['--output-format', 'svmlight', '--index-base', '0'];
  const { length } = (await runHere(['slice', SOURCE, ...flags])).stdout;
  expect(length).toBeGreaterThanOrEqual(minTextBytes);
  expect(length).toBeLessThanOrEqual(maxTextBytes);
});

test('a base of columns that is not said is asked for', async () => {
  const ended = await runHere(['slice', SOURCE, '--output-format', 'svmlight']);
  expect(ended.stderr).toContain('output.zeroBased must be true or false');
});

test('a matrix that the format cannot hold is refused', async () => {
  const bundle = `${goldenPath('bundles/nanfill')}/`;
  const flags = ['--output-format', 'svmlight', '--index-base', '0'];
  for (const command of ['slice', 'inspect']) {
    const ended = await runHere([command, bundle, ...flags]);
    expect(ended.stderr).toContain('what is not stored is NaN, but readers of svmlight');
  }
});

test('what is of matrices alone is refused of a table', async () => {
  const csv = join(await mkdtemp(join(tmpdir(), 'sparse-outputs-')), 'x.csv');
  await writeFile(csv, 'a\n1\n');
  const ended = await runHere(['slice', csv, '--output-format', 'svmlight']);
  expect(ended.stderr).toContain('--output-format svmlight is not printed of a table');
});

async function sliceWith(output: object, source: string, ...flags: string[]): Promise<string[]> {
  const file = join(await mkdtemp(join(tmpdir(), 'label-')), 'request.json');
  await writeFile(file, JSON.stringify({ source, output }));
  const ended = await runHere(['slice', '--request', file, ...flags]);
  const text = flags.includes('gzip') ? gunzipSync(ended.stdout) : ended.stdout;
  return text.toString().trimEnd().split('\n');
}

test.each([
  ['a matrix of one dtype', SOURCE, 3],
  ['columns of several dtypes', resolve('test/fixtures/mixed/bundle/meta.json'), 2],
])('a label comes first in %s, and no other text changes', async (_, source, column) => {
  const first = (line: string) => {
    const cells = line.split(',');
    return [cells[column], ...cells.toSpliced(column, 1)].join(',');
  };
  for (const compression of ['none', 'gzip']) {
    const flags = ['--header', '--compression', compression];
    const plain = await sliceWith({}, source, ...flags);
    const labelled = await sliceWith({ text: { label: { column } } }, source, ...flags);
    expect(labelled).toEqual(plain.map(first));
    const byName = { text: { label: { column: plain[0]!.split(',')[column] } } };
    if (source !== SOURCE) expect(await sliceWith(byName, source, ...flags)).toEqual(labelled);
  }
});
