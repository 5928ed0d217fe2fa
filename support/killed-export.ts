import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { filesBelow } from '#cli/outputs/files-below.ts';

/** Looking at the disk takes time that the process needs. */
const LOOK_MILLISECONDS = 20;

/** A chunk as it lies on the disk: another one at its place differs in one of these. */
export interface ChunkFile {
  readonly inode: number;
  readonly modified: number;
}

/** The chunks that are complete below a folder, by their names. */
export async function chunkFiles(folder: string): Promise<ReadonlyMap<string, ChunkFile>> {
  const files = (await filesBelow(folder)).filter((name) => /\/chunk-\d{6}\.[^/]+$/.test(name));
  const data = files.filter((name) => !name.includes('_plan/'));
  const found = await Promise.all(
    data.map(async (name) => {
      const { ino, mtimeMs } = await stat(join(folder, name));
      return [basename(name), { inode: ino, modified: mtimeMs }] as const;
    }),
  );
  return new Map(found);
}

/** The folder beside a directory in which its output is made. */
export function workFolderOf(out: string): string {
  return join(dirname(out), `.${basename(out)}.export`);
}

/** Starts `export`, and kills it by SIGKILL when `isTime`, unless it has ended before. */
export async function killExport(
  args: readonly string[],
  isTime: () => Promise<boolean>,
): Promise<'killed' | 'ended'> {
  const entry = new URL('../bin/sparse-fanout.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [entry, 'export', ...args], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  let isOver = false;
  ended.finally(() => {
    isOver = true;
  });
  while (!isOver && !(await isTime()))
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  child.kill('SIGKILL');
  const [, signal] = await ended;
  return signal === 'SIGKILL' ? 'killed' : 'ended';
}
