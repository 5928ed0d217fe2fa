import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withStoredRun } from '#cli/outputs/stored-run.ts';
import { fileObjectStore } from '#cli/sources/file-object-store.ts';
import { withSource } from '#cli/sources/with-source.ts';
import { rederiveSample } from '#cli/verify/rederive.ts';
import { goldenPath } from '#support/golden.ts';
import { patience } from '#support/patience.ts';
import { runHere } from '#test/cli/run-command.ts';

const SOURCE = goldenPath('inputs/dtype-int64.npz');
const WORDS = resolve('test/fixtures/labels/words.txt');
const { signal } = new AbortController();

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-labels-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function local(out: string, labels: string, ...flags: string[]) {
  const args = ['local', 'run', SOURCE, '--out', out, '--label-uri', labels];
  const ended = await runHere([...args, '--rows-per-chunk', '10', ...flags]);
  expect(ended.stderr).not.toMatch(/error/i);
  expect(ended.code).toBe(0);
}

async function dataOf(out: string, inflate: (bytes: Buffer) => Buffer): Promise<string> {
  const data = join(out, 'data');
  const files = (await readdir(data)).sort();
  const bytes = await Promise.all(files.map((file) => readFile(join(data, file))));
  return bytes.map((each) => inflate(each).toString()).join('');
}

/** The lines of pandas for these labels, without the header. */
async function lines(name: string): Promise<string> {
  const text = await readFile(resolve(`test/fixtures/labels/${name}.csv`), 'utf8');
  return text.slice(text.indexOf('\n') + 1);
}

describe('local run with labels of an object', { timeout: patience(60_000) }, () => {
  it('appends rows with labels of their own, by roles that read only the source bucket', async () => {
    const out = join(directory, 'appended');
    const later = join(directory, 'later.txt');
    const text = await readFile(WORDS, 'utf8');
    await writeFile(later, text.split('\n').slice(0, -1).reverse().concat('').join('\n'));
    await local(out, WORDS);
    await local(out, later, '--mode', 'append');
    const cells = (await lines('words')).trimEnd().split('\n');
    const own = (await readFile(later, 'utf8')).split('\n');
    const all = await dataOf(out, (bytes) => bytes);
    expect(all.startsWith(await lines('words'))).toBe(true);
    expect(all.trimEnd().split('\n')).toHaveLength(72);
    expect(all.trimEnd().split('\n').at(-1)).toContain(
      cells.at(-1)!.split(',').slice(-9).join(','),
    );
    expect(own[0]).toBe(text.split('\n').at(-2));
    await withStoredRun(out, signal, async (run) => {
      const files = fileObjectStore();
      const pins = [await files.pin(WORDS), await files.pin(later)];
      await files.close();
      const asked = { locations: [SOURCE], options: {}, pinnedLabels: { pins, areNumbers: false } };
      const found = await withSource(asked, signal, (given) =>
        rederiveSample(run, given, { sample: 9, seed: 1 }),
      );
      expect(found).toEqual([4, 5, 6, 7]);
    });
  });

  it('refuses to append rows whose labels are of another dtype', async () => {
    const out = join(directory, 'other');
    await local(out, WORDS);
    const numbers = resolve('test/fixtures/labels/uint8.npy');
    const line = ['local', 'run', SOURCE, '--out', out, '--label-uri', numbers];
    const ended = await runHere([...line, '--mode', 'append']);
    expect(ended.stderr).toContain('the dtype of the labels is "uint8", there "text"');
  });

  it('writes compressed text, in chunks and as one object', async () => {
    const numbers = resolve('test/fixtures/labels/float64.npy');
    for (const single of [[], ['--single']]) {
      const out = join(directory, `gzip${single.length}`);
      await local(out, numbers, '--compression', 'gzip', ...single);
      expect(await dataOf(out, gunzipSync)).toBe(await lines('float64'));
    }
  });
});
