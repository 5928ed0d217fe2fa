import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countMatrix } from '#support/count-matrix.ts';
import { chunkFiles, workFolderOf } from '#support/killed-export.ts';
import { saveNpz } from '#support/npz/save-npz.ts';
import { Collector, runHere } from '#test/cli/run-command.ts';

let directory: string;
let source: string;
let disk: string;

function mount(size: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]).status === 0;
}

const canMount = process.platform === 'linux' && process.getuid?.() === 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-full-'));
  source = join(directory, 'matrix.npz');
  // 54 MB of text.
  await saveNpz(source, countMatrix({ rows: 2_700, columns: 10_000, entriesPerRow: 100, seed: 1 }));
  disk = join(directory, 'disk');
  await mkdir(disk);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Gives a test a small disk, or skips it where none can be mounted. */
async function withDisk(size: string, skip: () => void, use: () => Promise<void>): Promise<void> {
  if (!canMount || !mount(size)) return skip();
  try {
    await use();
  } finally {
    spawnSync('umount', [disk]);
  }
}

describe('export to a disk that is too small ends with one sentence, and leaves it as it was,', () => {
  it('where it is too small before (needs a mounted tmpfs)', async ({ skip }) => {
    await withDisk('30m', skip, async () => {
      const began = performance.now();
      const ended = await runHere(['export', source, '--out', join(disk, 'sub', 'out')]);
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(
        /^planning\nerror: StorageFailed: --out \S+\/out needs about 54 MB, but 31\.\d MB are free on its disk; nothing was written, so make room there or choose another --out\n$/,
      );
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(await readdir(disk)).toEqual([]);
    });
  });

  it('where others fill it on the way (needs a mounted tmpfs)', async ({ skip }) => {
    await withDisk('70m', skip, async () => {
      const out = join(disk, 'out');
      const entry = new URL('../../../bin/sparse-fanout.ts', import.meta.url).pathname;
      const args = [entry, 'export', source, '--out', out, '--rows-per-chunk', '10'];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      const stderr = new Collector();
      child.stderr.pipe(stderr);
      const exited = once(child, 'close');
      const begun = async () => (await chunkFiles(workFolderOf(out))).size;
      await expect.poll(begun, { interval: 5, timeout: 20_000 }).toBeGreaterThan(2);
      child.kill('SIGSTOP');
      await writeFile(join(disk, 'other'), new Uint8Array(40e6));
      child.kill('SIGCONT');
      const [code] = await exited;
      expect(code).toBe(1);
      const lines = stderr.bytes().toString().trimEnd().split('\n');
      expect(lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
      expect(lines.at(-1)).toMatch(
        /^error: StorageFailed: --out \S+ needs about 5\d(?:\.\d)? MB, but \S+ takes no more bytes: the disk is full \(ENOSPC\); 3\d\.\d of 73\.4 MB are free there; make room there/,
      );
      expect(await readdir(disk)).toEqual(['other']);
    });
  }, 30_000);
});
