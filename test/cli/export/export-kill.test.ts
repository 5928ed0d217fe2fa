import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countMatrix } from '#support/count-matrix.ts';
import { chunkFiles, killExport, workFolderOf } from '#support/killed-export.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import { runHere } from '#test/cli/run-command.ts';
import { sha256OfChunks } from '#test/cli/run-digest.ts';

const MOMENTS = 10;
const SEED = 18;

let directory: string;
let source: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-kill-'));
  source = join(directory, 'matrix.npz');
  const options = { rows: 40_000, columns: 5_000, entriesPerRow: 40, seed: SEED };
  await saveNpz(source, countMatrix(options));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function argsOf(out: string, ...more: string[]): string[] {
  return [source, '--out', out, '--rows-per-chunk', '500', ...more];
}

/**
 * Kills an export once so many chunks are complete and some time has passed, runs it again, and
 * gives how many were complete.
 */
async function killedAt(random: Random, out: string, expected: string): Promise<number> {
  const chunks = random.integer(0, 78);
  const milliseconds = random.integer(0, 40);
  let reached: number | undefined;
  const isTime = async () => {
    if (reached !== undefined) return performance.now() - reached > milliseconds;
    if ((await chunkFiles(workFolderOf(out))).size >= chunks) reached = performance.now();
    return false;
  };
  const how = await killExport(argsOf(out), isTime);
  // A process may be killed after its output is there, and before it has removed its folder.
  const isThere = existsSync(out);
  if (how === 'ended') expect(isThere).toBe(true);
  const before = await chunkFiles(isThere ? out : workFolderOf(out));
  if (isThere) expect(before.size).toBe(80);
  const ended = await runHere(['export', ...argsOf(out)]);
  expect(ended.stderr).not.toMatch(/error/);
  expect(await sha256OfChunks(out)).toBe(expected);
  const after = await chunkFiles(out);
  for (const [name, file] of before) expect(after.get(name)).toEqual(file);
  expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([]);
  await rm(out, { recursive: true });
  return before.size;
}

it('has the right bytes after SIGKILL at ten moments, and nothing is written twice', async () => {
  const whole = join(directory, 'whole');
  expect((await runHere(['export', ...argsOf(whole)])).code).toBe(0);
  const expected = await sha256OfChunks(whole);
  const random = createRandom(SEED);
  const complete: number[] = [];
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    const out = join(directory, `killed-${moment}`);
    complete.push(await killedAt(random, out, expected));
  }
  console.info(`chunks complete at the kills: ${complete.join(', ')}`);
  expect(complete.some((count) => count > 0 && count < 80)).toBe(true);
}, 300_000);

it('fails for an output that another process makes, and names the process', async () => {
  const out = join(directory, 'busy');
  let other: Awaited<ReturnType<typeof runHere>> | undefined;
  const isTime = async () => {
    if ((await chunkFiles(workFolderOf(out))).size === 0) return false;
    other = await runHere(['export', ...argsOf(out)]);
    return true;
  };
  await killExport(argsOf(out), isTime);
  expect(other?.code).toBe(2);
  expect(other?.stderr).toMatch(/StateDirectoryInUse: \S+ is in use by process \d+/);
}, 30_000);
