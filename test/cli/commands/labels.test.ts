import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenPath } from '#support/golden.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const SOURCE = goldenPath('inputs/dtype-int64.npz');
const WORDS = resolve('test/fixtures/labels/words.txt.gz');
const NUMBERS = resolve('test/fixtures/labels/int64.npy');

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-labels-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function expected(name: string): Promise<string> {
  return await readFile(resolve(`test/fixtures/labels/${name}.csv`), 'utf8');
}

/** Lines without the header. */
function body(text: string): string {
  return text.slice(text.indexOf('\n') + 1);
}

async function dataOf(out: string): Promise<string> {
  const data = join(out, 'data');
  const names = (await readdir(data)).sort();
  return (await Promise.all(names.map((name) => readFile(join(data, name), 'utf8')))).join('');
}

async function requestFile(name: string, output: object): Promise<string> {
  const file = join(directory, `${name}.json`);
  await writeFile(file, JSON.stringify({ source: SOURCE, output }));
  return file;
}

describe('labels of a file', { timeout: patience(20_000) }, () => {
  it.each([
    ['words', WORDS],
    ['int64', NUMBERS],
  ])('are printed by slice, and begin the header line: %s', async (name, labels) => {
    const flagged = await runHere(['slice', SOURCE, '--label-uri', labels, '--header']);
    expect(flagged).toMatchObject({ code: 0, stderr: '' });
    expect(flagged.stdout.toString()).toBe(await expected(name));
    const output = { text: { header: 'first-chunk', label: { uri: labels } } };
    const asked = await runHere(['slice', '--request', await requestFile(name, output)]);
    expect(asked.stdout.toString()).toBe(await expected(name));
  });

  it('are those of the rows that are asked for', async () => {
    const flags = ['--rows', '11:13', '--label-uri', NUMBERS];
    const { stdout } = await runHere(['slice', SOURCE, ...flags]);
    const lines = body(await expected('int64')).split('\n');
    expect(stdout.toString()).toBe(`${lines.slice(11, 13).join('\n')}\n`);
  });

  it('are the labels of svmlight', async () => {
    const format = ['--output-format', 'svmlight', '--index-base', '0'];
    const { stdout } = await runHere(['slice', SOURCE, ...format, '--label-uri', NUMBERS]);
    const labels = stdout
      .toString()
      .split('\n')
      .map((line) => line.split(' ')[0]);
    const cells = body(await expected('int64'))
      .split('\n')
      .map((line) => line.split(',')[0]);
    expect(labels).toEqual(cells);
    const words = await runHere(['slice', SOURCE, ...format, '--label-uri', WORDS]);
    expect(words.code).toBe(2);
    expect(words.stderr).toMatch(
      /words\.txt\.gz has ".*" as the label of row 0, which is no number/,
    );
  });

  it('are shown by inspect, which counts their bytes', async () => {
    const args = ['inspect', SOURCE, '--label-uri', NUMBERS];
    const { labels, minTextBytes, maxTextBytes } = JSON.parse(
      (await runHere([...args, '--json'])).stdout.toString(),
    );
    const text = body(await expected('int64'));
    expect(labels[0]).toBe(text.split(',')[0]);
    expect(text.length).toBeGreaterThanOrEqual(minTextBytes);
    expect(text.length).toBeLessThanOrEqual(maxTextBytes);
    expect((await runHere(args)).stdout.toString()).toContain(`labels   "${labels[0]}"`);
  });

  it('are refused where there are more or fewer than rows, before anything is written', async () => {
    const few = join(directory, 'few.txt');
    await writeFile(few, '1\n2\n');
    const out = join(directory, 'few');
    for (const command of [
      ['slice', SOURCE],
      ['inspect', SOURCE],
      ['export', SOURCE, '--out', out],
    ]) {
      const ended = await runHere([...command, '--label-uri', few]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toContain('few.txt has 2 labels, but the matrix has 36 rows');
    }
    expect(await readdir(directory)).not.toContain('few');
  });

  it.each([
    ['words', WORDS, 'words.txt.gz'],
    ['int64', NUMBERS, 'int64.npy'],
  ])('are exported, and verified with the file: %s', async (name, labels, base) => {
    const out = join(directory, `out-${name}`);
    const args = ['export', SOURCE, '--out', out, '--rows-per-chunk', '10'];
    const ended = await runHere([...args, '--label-uri', labels]);
    expect(ended.code).toBe(0);
    expect(await dataOf(out)).toBe(body(await expected(name)));
    const manifest = JSON.parse(await readFile(join(out, '_manifest/manifest.json'), 'utf8'));
    const object = { uri: `s3://command-line/labels/${base}` };
    expect(manifest).toMatchObject({ output: { label: object }, facts: { labels: { object } } });
    const verify = ['verify', out, '--source', SOURCE, '--sample', '9'];
    const alone = await runHere(verify);
    expect(alone.stderr).toContain('the labels of the rows were a file; name it by --label-uri');
    const verified = await runHere([...verify, '--label-uri', labels]);
    expect(verified.stdout.toString()).toContain('derived again and equal: chunks 0, 1, 2, 3');
    const other = resolve('test/fixtures/labels/uint8.npy');
    const differs = await runHere([...verify, '--label-uri', other]);
    expect(differs.stderr).toMatch(/chunk \d differs at byte 0 from what the source gives/);
  });

  it('are refused for an output without them', async () => {
    const out = join(directory, 'plain');
    await runHere(['export', SOURCE, '--out', out]);
    const flags = ['--source', SOURCE, '--label-uri', NUMBERS];
    const ended = await runHere(['verify', out, ...flags]);
    expect(ended.stderr).toContain('--label-uri is of an output whose labels an object has');
  });

  it('are of matrices alone', async () => {
    const table = join(directory, 'table.csv');
    await writeFile(table, 'a\n1\n');
    const ended = await runHere(['slice', table, '--label-uri', NUMBERS]);
    expect(ended.stderr).toContain('and --label-uri are of matrices; leave them out');
  });
});
