import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleOfVersion1, bundleOfVersion2 } from '#support/bundle-files.ts';
import { goldenPath } from '#support/golden.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { type Ended, runHere } from './run-command.ts';

const SOURCE = goldenPath('inputs/dtype-int64.npz');
const SOURCE_ERROR = /^error: (CorruptSourceError|UnsupportedSourceError): .+\n$/;

function expectOneLine({ stderr }: Ended): void {
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stderr).not.toMatch(/\n\s+at /);
}

describe('fails with exit code 1 and one sentence', () => {
  test.each(readdirSync(goldenPath('invalid')))('for %s', async (file) => {
    const ended = await runHere(['slice', goldenPath(`invalid/${file}`)]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toHaveLength(0);
    expect(ended.stderr).toMatch(SOURCE_ERROR);
    expect(ended.stderr).toContain(file);
    expectOneLine(ended);
  });

  test.each(['slice', 'inspect'])('for a missing file given to %s', async (command) => {
    const ended = await runHere([command, 'no-such-file.npz']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: SourceNotFoundError: no-such-file\.npz does not exist/);
  });

  test.each([
    ['slice', []],
    ['inspect', []],
    ['local run', ['--out', join(tmpdir(), 'never-written')]],
  ])('at once for a bundle that is not whole given to %s', async (command, options) => {
    const directory = await mkdtemp(join(tmpdir(), 'not-whole-'));
    const files = bundleOfVersion2({ columns: 1, indptr: [0, 1], indices: [0], data: [1] });
    await writeFile(join(directory, 'meta.json'), files['meta.json']!);
    const ended = await runHere([...command.split(' '), `${directory}/`, ...options]);
    await rm(directory, { recursive: true });
    expect(ended).toMatchObject({ code: 1, stdout: Buffer.alloc(0) });
    expect(ended.stderr).toMatch(
      /^error: IncompleteSourceError: .* is not a whole bundle yet: indptr-.*, data-\w+\.npy are/,
    );
    expectOneLine(ended);
  });

  test.each([
    ['the arrays in it', 0],
    ['an array of an older one', 1],
  ])('exactly where the CRC-32 of %s says so', async (_, code) => {
    const directory = await mkdtemp(join(tmpdir(), 'older-array-'));
    const matrix = { columns: 1, indptr: [0, 1], indices: [0], data: [1] };
    const files = bundleOfVersion1(matrix);
    const { 'data.npy': older } = bundleOfVersion1({ ...matrix, data: [2] });
    for (const [name, bytes] of Object.entries(files)) {
      const isOlder = code === 1 && name === 'data.npy';
      await writeFile(join(directory, name), isOlder ? older! : bytes);
    }
    const ended = await runHere(['slice', `${directory}/`]);
    await rm(directory, { recursive: true });
    expect(ended.code).toBe(code);
    expect(ended.stdout.toString()).toBe(code === 0 ? '1.0\n' : '');
    expect(ended.stderr).toMatch(code === 0 ? /^$/ : /: data\.npy has CRC-32 \w{8}, not the/);
  });

  test('for a directory without a manifest given to verify', async () => {
    const ended = await runHere(['verify', goldenPath('inputs')]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^error: ManifestError: .*holds no _manifest\/manifest\.json/);
  });

  test('as an object with --json', async () => {
    const ended = await runHere(['slice', 'no-such-file.npz', '--json']);
    const { error } = JSON.parse(ended.stderr);
    expect(error.name).toBe('SourceNotFoundError');
    expect(error.message).toContain('no-such-file.npz');
  });

  test('before the first byte when only the last of many entries is bad', async () => {
    // Large enough that the first part of the text is full long before the last entry is read.
    const shape = [500, 20_000] as const;
    const perRow = 1400;
    const indices = Int32Array.from({ length: shape[0] * perRow }, (_, at) => at % perRow);
    indices[indices.length - 1] = shape[1];
    const directory = await mkdtemp(join(tmpdir(), 'bad-entry-'));
    const file = join(directory, 'bad-last-entry.npz');
    await saveNpz(file, {
      shape,
      indptr: Int32Array.from({ length: shape[0] + 1 }, (_, row) => row * perRow),
      indices,
      data: new BigInt64Array(indices.length).fill(1n),
    });
    const ended = await runHere(['slice', file]);
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('row 499') });
    expect(ended.stdout).toHaveLength(0);
    const good = await runHere(['slice', file, '--rows', ':499']);
    expect(good.stdout).toHaveLength(499 * shape[1] * 2);
    await rm(directory, { recursive: true });
  });
});

describe('fails with exit code 2', () => {
  test.each([
    ['an unknown command', ['frobnicate']],
    ['no command', []],
    ['no source', ['slice']],
    ['an unknown option', ['slice', SOURCE, '--colour']],
    ['a range that ends before it begins', ['slice', SOURCE, '--rows', '5:3']],
    ['a range without numbers', ['slice', SOURCE, '--rows', ':']],
    ['a range past the last row', ['slice', SOURCE, '--rows', '30:37']],
    ['a range that begins past the last row', ['slice', SOURCE, '--rows', '37:']],
    ['an unknown profile', ['slice', SOURCE, '--profile', 'pandas-4']],
    ['a delimiter of two characters', ['slice', SOURCE, '--delimiter', ';;']],
    ['a size without a unit that exists', ['inspect', SOURCE, '--target-bytes', '64 parsecs']],
    ['zero rows a chunk', ['inspect', SOURCE, '--rows-per-chunk', '0']],
    ['two ways of chunking', ['inspect', SOURCE, '--rows-per-chunk', '5', '--target-bytes', '1MB']],
    ['a local run without --out', ['local', 'run', SOURCE]],
  ])('for %s', async (_, args) => {
    const ended = await runHere(args);
    expect(ended.code).toBe(2);
    expect(ended.stdout).toHaveLength(0);
    expect(ended.stderr).toMatch(/error: (UsageError|RequestError): [^\n]+\n$/);
  });

  describe('for a local run, before the local cloud is up and without a directory left', () => {
    const NAMES = ['--header', 'first-chunk', '--column-names', 'no-such-names.txt'];

    test.each([
      ['more writers than a request may have', 2, [SOURCE, '--concurrency', '20000']],
      ['a delimiter of two characters', 2, [SOURCE, '--delimiter', ';;']],
      ['a size that is none', 2, [SOURCE, '--target-bytes', 'many']],
      ['a missing source', 1, ['no-such-file.npz']],
      ['missing names', 1, [SOURCE, ...NAMES]],
      ['a source of another kind', 1, [goldenPath('golden.json')]],
    ])('with %s', async (_, code, args) => {
      const directory = await mkdtemp(join(tmpdir(), 'refused-'));
      const places = ['--out', join(directory, 'a/b/out'), '--state', join(directory, 'state')];
      const ended = await runHere(['local', 'run', ...args, ...places]);
      expect(readdirSync(directory)).toEqual([]);
      await rm(directory, { recursive: true });
      expect(ended.code).toBe(code);
      expect(ended.stderr).toMatch(/^error: \w+: [^\n]+\n$/);
    });
  });

  describe('for an --out directory', () => {
    let directory: string;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'bad-out-'));
      await writeFile(join(directory, 'thesis.txt'), 'all of it');
    });

    afterAll(() => rm(directory, { recursive: true }));

    test('that holds something else, before anything starts', async () => {
      const ended = await runHere(['local', 'run', SOURCE, '--out', directory]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/^error: UsageError: --out .* is not empty and holds no run/);
    });

    test('that is a file', async () => {
      const out = join(directory, 'thesis.txt');
      const ended = await runHere(['local', 'run', SOURCE, '--out', out]);
      expect(ended.code).toBe(2);
      expect(ended.stderr).toMatch(/is a file/);
    });
  });
});
