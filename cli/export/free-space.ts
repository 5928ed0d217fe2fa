import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageFailed } from '@sparse-fanout/local-cloud/storage-failure.ts';
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

/**
 * Compares what a run is expected to write with what the disk of its folder takes, before the first
 * chunk is begun.
 *
 * @throws {StorageFailed} it does not fit.
 */
export async function assertFits(
  s3: S3Client,
  planned: PlannedWrite,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeBytes = bavail * bsize;
  const stored = await storedBytes(folder);
  const needed = (await plannedBytes(s3, planned, freeBytes + stored, signal)) - stored;
  if (needed <= freeBytes) return;
  throw new StorageFailed(
    `the output needs about ${formatBytes(needed)}, but ${formatBytes(freeBytes)} are free on the disk of ${folder}; nothing was written, so make room there or choose another --out`,
  );
}
