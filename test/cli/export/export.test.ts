import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, goldenPath, storedCsrCases } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';
import { sha256OfChunks } from '#test/cli/run-digest.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-export-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const counts = storedCsrCases.find(({ id }) => id === 'dtype-int64')!;
const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

function run(file: string, ...args: string[]) {
  return runHere(`export ${file} ${args.join(' ')}`.split(' '));
}

async function manifestOf(out: string): Promise<string> {
  return await readFile(join(out, '_manifest', 'manifest.json'), 'utf8');
}

async function hidden(): Promise<readonly string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith('.'));
}

describe('export', () => {
  it('writes chunks and a manifest, which verify compares with the source', async () => {
    const out = join(directory, 'plain');
    const source = goldenPath(counts.file);
    const ended = await run(source, `--out ${out}`, '--rows-per-chunk 10', '--profile zero0');
    expect(ended.stderr).toMatch(/^planning\nrunning [0-9a-f]{32}\nwriting 0 % 0\/4 chunks · /);
    expect(ended.stdout.toString()).toMatch(/^run {6}[0-9a-f]{32}\nrows {5}36\nchunks {3}4, /);
    expect(ended.code).toBe(0);
    expect(await sha256OfChunks(out)).toBe(counts.contract.zero0.sha256);
    expect((await readdir(join(out, '_manifest'))).sort()).toEqual([
      'manifest-000001.json',
      'manifest.json',
    ]);
    expect((await readdir(out)).sort()).toEqual(['_manifest', 'data']);
    const verified = await runHere(['verify', out, '--source', source, '--sample', '4']);
    expect(verified.stdout.toString()).toMatch(/verified 4 chunks, 36 rows/);
    expect(await hidden()).toEqual([]);
  });

  it('makes the same manifest wherever it runs, whose URIs have no path of the machine', async () => {
    const source = goldenPath(tall.file);
    const outs = ['here', 'there'].map((name) => join(directory, name));
    for (const out of outs)
      await run(source, `--out ${out}`, '--threads 3', '--rows-per-chunk 400');
    const [here, there] = await Promise.all(outs.map(manifestOf));
    expect(here).toBe(there);
    expect(here).not.toContain(directory);
    expect(JSON.parse(here!).source.uri).toBe('s3://command-line/0/tall.npz');
  });

  it('makes a source readable by rows first, and stacks several', async () => {
    const later = golden.later.find(({ file }) => file.endsWith('anndata-csc.h5ad'))!;
    const out = join(directory, 'stacked');
    const ended = await run(
      goldenPath(later.file),
      goldenPath(later.file),
      `--out ${out}`,
      '--rows-per-chunk 20',
    );
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('making the source readable by rows: 2 jobs');
    const text = await readFile(goldenPath(later.expected), 'utf8');
    expect(await readFile(join(out, 'data/chunk-000000.csv'), 'utf8')).toBe(text);
    expect(await readFile(join(out, 'data/chunk-000001.csv'), 'utf8')).toBe(text);
  });

  it('leaves a directory that holds the run as it is, and refuses any other', async () => {
    const out = join(directory, 'held');
    const source = goldenPath(counts.file);
    await run(source, `--out ${out}`);
    const before = await manifestOf(out);
    const again = await run(source, `--out ${out}`, '--json');
    expect(JSON.parse(again.stdout.toString())).toMatchObject({ isNew: false, rows: 36 });
    const other = await run(source, `--out ${out}`, '--rows-per-chunk 7');
    expect(other).toMatchObject({ code: 2 });
    expect(other.stderr).toMatch(/UsageError: --out \S+ holds run [0-9a-f]+, this is run/);
    const appended = await run(source, `--out ${out}`, '--mode append');
    expect(appended).toMatchObject({ code: 2 });
    expect(appended.stderr).toContain('use local run for --mode append');
    expect(await manifestOf(out)).toBe(before);
    const mine = join(directory, 'mine');
    await mkdir(mine);
    await writeFile(join(mine, 'thesis.txt'), 'mine');
    expect(await run(source, `--out ${mine}`)).toMatchObject({ code: 2 });
    expect(await readdir(mine)).toEqual(['thesis.txt']);
    expect(await hidden()).toEqual([]);
  });

  it('plans and writes nothing with --dry-run', async () => {
    const out = join(directory, 'nested', 'dry');
    const ended = await run(goldenPath(counts.file), `--out ${out}`, '--dry-run');
    expect(ended.stdout.toString()).toMatch(
      /a dry run: nothing was written\nrows {5}36\nchunks {3}1/,
    );
    expect(await readdir(directory)).not.toContain('nested');
  });
});

describe('export fails', () => {
  it('for a source that is not sound, names its path, and leaves nothing', async () => {
    const source = join(directory, 'cut.npz');
    await writeFile(source, (await readFile(goldenPath(tall.file))).subarray(0, 9_000));
    const ended = await run(source, `--out ${join(directory, 'nested', 'cut')}`);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`error: CorruptSourceError: ${source}`);
    expect(await readdir(directory)).not.toContain('nested');
  });

  it.each([
    ['partitions', { output: { partitionBy: ['day'] } }, 'sorts rows into partitions'],
    ['whole keys', { chunking: { keysWhole: ['day'] } }, 'gathers the rows of a key'],
    ['a function', { transform: { lambda: 'clean', rows: 'same' } }, 'calls a function'],
  ])('for %s, and names local run', async (_, fields, problem) => {
    const request = join(directory, 'request.json');
    const schema = [{ name: 'day', type: 'VARCHAR' }];
    await writeFile(join(directory, 'days.csv'), 'day\nmonday\n');
    const source = { uri: join(directory, 'days.csv') };
    await writeFile(request, JSON.stringify({ source, schema, ...fields }));
    const ended = await runHere(['export', '--request', request, '--out', join(directory, 'no')]);
    expect(ended.stderr).toContain('export writes rows in the order of their source');
    expect(ended.stderr).toContain(problem);
    expect(ended.stderr).toContain('use local run');
    expect(ended.code).toBe(2);
  });
});
