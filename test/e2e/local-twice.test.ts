import { existsSync } from 'node:fs';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedCsrCases } from '#support/golden.ts';
import { sha256OfChunks } from '#test/cli/run-digest.ts';
import { runAsProcess, runLocally } from './run-locally.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-run-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const counts = storedCsrCases.find(({ id }) => id === 'dtype-int64')!;
const tall = storedCsrCases.find(({ id }) => id === 'tall')!;

describe('local run, again or at the same time,', () => {
  it('finds its run again with --state, writes nothing new and reports that', async () => {
    const state = `--state ${join(directory, 'state')}`;
    const runInto = (name: string, ...options: string[]) => {
      const out = `--out ${join(directory, name)}`;
      return runLocally(tall.file, out, '--rows-per-chunk 500', state, ...options);
    };
    const first = await runInto('first', '--json');
    expect(first.code).toBe(0);
    const second = await runInto('second', '--json');
    expect(second.code).toBe(0);
    const [before, after] = [first, second].map(({ stdout }) => JSON.parse(stdout.toString()));
    expect(before.isNew).toBe(true);
    expect(after).toMatchObject({ isNew: false, runId: before.runId, crc32: before.crc32 });
    expect(await sha256OfChunks(join(directory, 'second'))).toBe(tall.contract.typed.sha256);
    const same = await runInto('second');
    expect(same.stdout.toString()).toMatch(/complete already: nothing new was written/);
    expect(same.code).toBe(0);
  });

  it('fails with exit code 2 for a state directory in use, and names the process', async () => {
    const state = join(directory, 'busy');
    const options = (out: string) => [`--state ${state}`, `--out ${join(directory, out)}`];
    // Dozens of chunks, so that the other process finds the lock long before they are written.
    const holder = runAsProcess(tall.file, '--rows-per-chunk 50', ...options('holder'));
    const locks = async () => Array.fromAsync(glob('lock-*', { cwd: state }));
    await expect.poll(locks).toHaveLength(1);
    const other = await runLocally(tall.file, ...options('other'));
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/StateDirectoryInUse: .*process \d+/);
    expect(await holder).toMatchObject({ code: 0 });
    expect(existsSync(join(directory, 'other'))).toBe(false);
    expect(await sha256OfChunks(join(directory, 'holder'))).toBe(tall.contract.typed.sha256);
  });

  it('runs twice at once, and both runs succeed', async () => {
    const outOf = (id: string) => `--out ${join(directory, `at-once-${id}`)}`;
    const ended = await Promise.all([
      runLocally(counts.file, outOf(counts.id)),
      runAsProcess(tall.file, outOf(tall.id)),
    ]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    for (const { id, contract } of [counts, tall]) {
      expect(await sha256OfChunks(join(directory, `at-once-${id}`))).toBe(contract.typed.sha256);
    }
  });
});
