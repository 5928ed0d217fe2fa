import { stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { StorageFailed, storageFailure } from '@sparse-fanout/local-cloud/storage-failure.ts';
import type { S3Client } from '#aws/clients.ts';
import { formatBytes } from '#cli/frame/format-figures.ts';
import { filesBelow } from '#cli/outputs/files-below.ts';
import { sampleOutput } from '#core/chunks/sample-output.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { chunkIndexOf } from '#core/run/chunk-name.ts';
import type { MatrixRun } from '#core/run/matrix-run.ts';
import { isTableRun } from '#core/run/run-header.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import type { PlannedWrite } from './plan-run.ts';

/** Rows are encoded only where the longest possible text does not fit. */
async function matrixBytes(
  s3: S3Client,
  run: MatrixRun,
  freeBytes: number,
  signal: AbortSignal,
): Promise<number> {
  const { facts, output } = run;
  const { max } = matrixOutputOf(output).bounds(facts);
  if (max <= freeBytes) return max;
  return await sampleOutput(await openPlannedSource(s3, run, signal), facts, output);
}

async function plannedBytes(
  s3: S3Client,
  { run, summary }: PlannedWrite,
  freeBytes: number,
  signal: AbortSignal,
): Promise<number> {
  if (!isTableRun(run)) return await matrixBytes(s3, run, freeBytes, signal);
  return 'predictedBytes' in summary ? summary.predictedBytes : 0;
}

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
  s3: S3Client,
  planned: PlannedWrite,
  { work, directory }: OutputDisk,
  signal: AbortSignal,
): Promise<number> {
  const { bavail, bsize } = await statfs(work);
  const freeBytes = bavail * bsize;
  const stored = await storedBytes(work);
  const bytes = await plannedBytes(s3, planned, freeBytes + stored, signal);
  const needed = Math.max(0, bytes - stored);
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
