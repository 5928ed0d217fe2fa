import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '#cli/main.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { Collector, runHere } from '#test/cli/run-command.ts';

let directory: string;
let source: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'slice-names-'));
  source = join(directory, 'x.npz');
  await saveNpz(source, {
    shape: [1, 30],
    indptr: Int32Array.of(0, 1),
    indices: Int32Array.of(29),
    data: BigInt64Array.of(7n),
  });
});
afterAll(() => rm(directory, { recursive: true }));

async function namesFile(name: string, text: string): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, text);
  return path;
}

const ROW = `${'0,'.repeat(29)}7\n`;

describe('slice with names of columns', () => {
  const names = Array.from({ length: 30 }, (_, i) => `column ${i}`);

  test.each([
    ['a text', 'names.txt', (texts: readonly string[]) => texts.join('\r\n')],
    ['a list of JSON', 'names.json', JSON.stringify],
  ])('prints those of %s', async (_, file, write) => {
    const path = await namesFile(file, write(names));
    const ended = await runHere(['slice', source, '--header', '--column-names', path]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.toString()).toBe(`${names.join(',')}\n${ROW}`);
  });

  test('fails where their number is another one', async () => {
    const path = await namesFile('few.txt', 'a\nb\n');
    const ended = await runHere(['slice', source, '--header', '--column-names', path]);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toHaveLength(0);
    expect(ended.stderr).toContain('few.txt has 2 names, but the matrix has 30 columns');
  });

  test('fails where no header is asked for', async () => {
    const ended = await runHere(['slice', source, '--column-names', 'names.txt']);
    expect(ended).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
    expect(ended.stderr).toContain('--column-names needs --header');
  });
});

test.each([
  [[], `${'0,'.repeat(9)}0…\n`, 'rows are cut to the width of the terminal; --full prints all\n'],
  [['--full'], ROW, ''],
])('slice prints on a terminal, with %j', async (options, expected, note) => {
  const stdout = Object.assign(new Collector(), { isTTY: true, columns: 20 });
  const stderr = new Collector();
  const io = { stdout, stderr, signal: new AbortController().signal };
  expect(await main(['slice', source, ...options], io)).toBe(0);
  expect(stdout.bytes().toString()).toBe(expected);
  expect(stderr.bytes().toString()).toBe(note);
});
