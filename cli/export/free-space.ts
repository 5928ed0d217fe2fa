import { stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StorageFailed, storageFailure } from '@sparse-fanout/local-cloud/storage-failure.ts';
import { formatBytes } from '#cli/frame/format-figures.ts';
import { filesBelow } from '#cli/outputs/files-below.ts';
import { chunkIndexOf } from '#core/run/chunk-name.ts';
import type { PlannedWrite } from './plan-run.ts';

/** Bytes of the chunks that are complete in a folder. */
async function storedBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await filesBelow(folder)) {
    if (chunkIndexOf(name) !== undefined) bytes += (await stat(join(folder, name))).size;
  }
  return bytes;
}

/** Where an output is made, and where it goes: on the same disk. */
interface OutputDisk {
  readonly work: string;
  readonly directory: string;
}

/**
 * Compares what a run is expected to write with what its disk takes, before the first chunk is
 * begun.
 *
 * @returns the expected bytes without the chunks that are there already.
 * @throws {StorageFailed} they do not fit.
 */
export async function assertFits(
  { summary }: PlannedWrite,
  { work, directory }: OutputDisk,
): Promise<number> {
  const { bavail, bsize } = await statfs(work);
  const freeBytes = bavail * bsize;
  const stored = await storedBytes(work);
  const needed = Math.max(0, summary.stored.bytes - stored);
  if (needed <= freeBytes) return needed;
  throw new StorageFailed(
    `--out ${directory} needs about ${formatBytes(needed)}, but ${formatBytes(freeBytes)} are free on its disk; nothing was written, so make room there or choose another --out`,
  );
}

/**
 * Says of an error of a disk what was needed there. Must be called after the room is free again.
 *
 * @returns undefined for any other error.
 */
export function fullDisk(
  error: unknown,
  directory: string,
  neededBytes: number,
): StorageFailed | undefined {
  const failure = storageFailure(error, dirname(resolve(directory)));
  if (failure === undefined) return undefined;
  const needed = `--out ${directory} needs about ${formatBytes(neededBytes)}`;
  return new StorageFailed(`${needed}, but ${failure.message}`, { cause: error });
}
