import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
