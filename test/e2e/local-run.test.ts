import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { golden, goldenPath, storedCsrCases } from '#support/golden.ts';
import { runHere } from '#test/cli/run-command.ts';
import { sha256OfChunks } from '#test/cli/run-digest.ts';
import { runAsProcess, runLocally } from './run-locally.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-run-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const counts = storedCsrCases.find(({ id }) => id === 'dtype-int64')!;

describe('local run', () => {
  it('writes chunks and a manifest, which verify compares with the source', async () => {
    const out = join(directory, 'plain');
    const options = [`--out ${out}`, '--rows-per-chunk 10', '--profile zero0'];
    const ended = await runAsProcess(counts.file, ...options);
    expect(ended.stderr).not.toMatch(/error/i);
    expect(ended.code).toBe(0);
    expect(readdirSync(join(out, 'data'))).toHaveLength(4);
    expect(await sha256OfChunks(out)).toBe(counts.contract.zero0.sha256);
    const source = goldenPath(counts.file);
    const verified = await runHere(['verify', out, '--source', source, '--sample', '4']);
    expect(verified.stdout.toString()).toMatch(/verified 4 chunks, 36 rows/);
    expect(verified.code).toBe(0);
    // Nothing of the local cloud is left beside it.
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('fails for an --out that holds something else before anything starts, and keeps it', async () => {
    const out = join(directory, 'mine');
    await mkdir(out);
    await writeFile(join(out, 'thesis.txt'), 'mine');
    const ended = await runLocally(counts.file, `--out ${out}`);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^error: UsageError: --out .* is not empty/);
    expect(readdirSync(out)).toEqual(['thesis.txt']);
  });

  it.each(golden.invalid.filter(({ file }) => /index-|indptr-not|empty|object/.test(file)))(
    'fails by name on $file and leaves no --out',
    async ({ file }) => {
      const out = join(directory, 'never');
      const ended = await runLocally(file, `--out ${out}`);
      expect(ended.code).toBe(1);
      const [line = ''] = ended.stderr.split('\n').filter((text) => text.startsWith('error: '));
      expect(line).toMatch(/^error: (CorruptSource|UnsupportedSource)Error: \S.{20,}/);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
      expect(existsSync(out)).toBe(false);
    },
  );
});
