import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { goldenPath, storedCsrCases } from '#support/golden.ts';
import { chunkFiles, workFolderOf } from '#support/killed-export.ts';
import { runHere } from '#test/cli/run-command.ts';

const tall = storedCsrCases.find(({ id }) => id === 'tall')!;
const CHUNKS = 165;

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-resume-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function exportTo(out: string, signal?: AbortSignal) {
  return runHere(['export', goldenPath(tall.file), '--out', out, '--rows-per-chunk', '20'], signal);
}

async function textOf(out: string): Promise<string> {
  const data = join(out, 'data');
  const names = (await readdir(data)).sort();
  return (await Promise.all(names.map((name) => readFile(join(data, name), 'utf8')))).join('');
}

it('keeps what is complete when it is stopped, says so, and does not write it again', async () => {
  const out = join(directory, 'stopped');
  const work = workFolderOf(out);
  const stopping = new AbortController();
  const running = exportTo(out, stopping.signal);
  await expect.poll(async () => (await chunkFiles(work)).size).toBeGreaterThan(20);
  stopping.abort();
  const stopped = await running;
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain(`what is complete stays in ${work}; the same command goes on`);
  expect(await readdir(work)).not.toContain('drafts');
  expect(await readdir(directory)).toEqual(['.stopped.export']);
  const before = await chunkFiles(work);
  expect(before.size).toBeLessThan(CHUNKS);
  const ended = await exportTo(out);
  expect(ended.code).toBe(0);
  expect(await textOf(out)).toBe(await readFile(goldenPath(tall.contract.typed.file), 'utf8'));
  const after = await chunkFiles(out);
  expect(after.size).toBe(CHUNKS);
  for (const [name, file] of before) expect(after.get(name)).toEqual(file);
  expect(await readdir(directory)).toEqual(['stopped']);
});
