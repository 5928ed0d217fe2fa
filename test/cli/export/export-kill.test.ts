import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countMatrix } from '#support/count-matrix.ts';
import { chunkFiles, killExport, workFolderOf } from '#support/killed-export.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { createRandom } from '#support/seeded-random.ts';
import { runHere } from '#test/cli/run-command.ts';

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

async function sha256Of(out: string): Promise<string> {
  const hash = createHash('sha256');
  const data = join(out, 'data');
  for (const name of (await readdir(data)).sort()) hash.update(await readFile(join(data, name)));
  return hash.digest('hex');
}

/** Kills an export at a moment, runs it again, and gives how many chunks were complete. */
async function killedAt(milliseconds: number, out: string, expected: string): Promise<number> {
  const began = performance.now();
  const isTime = async () => performance.now() - began > milliseconds;
  const how = await killExport(argsOf(out), isTime);
  const before = await chunkFiles(how === 'killed' ? workFolderOf(out) : out);
  expect(existsSync(out)).toBe(how === 'ended');
  const ended = await runHere(['export', ...argsOf(out)]);
  expect(ended.stderr).not.toMatch(/error/);
  expect(await sha256Of(out)).toBe(expected);
  const after = await chunkFiles(out);
  for (const [name, file] of before) expect(after.get(name)).toEqual(file);
  expect((await readdir(directory)).filter((name) => name.startsWith('.'))).toEqual([]);
  await rm(out, { recursive: true });
  return before.size;
}

it('has the right bytes after SIGKILL at ten moments, and nothing is written twice', async () => {
  const whole = join(directory, 'whole');
  const began = performance.now();
  const isNever = async () => false;
  expect(await killExport(argsOf(whole), isNever)).toBe('ended');
  const milliseconds = performance.now() - began;
  const expected = await sha256Of(whole);
  const random = createRandom(SEED);
  const complete: number[] = [];
  for (let moment = 0; moment < MOMENTS; moment += 1) {
    const out = join(directory, `killed-${moment}`);
    complete.push(await killedAt(random.next() * milliseconds, out, expected));
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
