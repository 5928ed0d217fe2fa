import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import { mountedAt } from './folder-mounts.ts';
import type { SharedParts } from './write-folder.ts';
import type { WriterTask } from './write-message.ts';
import type { WriterThreads } from './write-threads.ts';

/** Where each part begins, by the lengths of those before it. */
function startsOf(lengths: ReadonlyMap<number, number>): readonly number[] {
  const starts: number[] = [];
  let at = 0;
  for (const [, bytes] of [...lengths].sort(([one], [other]) => one - other)) {
    starts.push(at);
    at += bytes;
  }
  return starts;
}

/**
 * Where the chunks of a run lie in the one file of a folder that they become: all are encoded once
 * to know their lengths, which takes less time than a disk does to keep them. Then each thread can
 * write its own byte range.
 *
 * @returns nothing where chunks are files, or S3 joins them.
 */
export async function measureParts(
  { places, run }: WriterTask,
  chunks: () => AsyncGenerator<PlannedChunk>,
  writers: WriterThreads,
  signal: AbortSignal,
): Promise<SharedParts> {
  const { bucket, prefix } = run.location;
  const isFolder = mountedAt(places.mounts, bucket, prefix) !== undefined;
  if (run.upload === undefined || !isFolder) return {};
  const lengths = new Map<number, number>();
  const wrote = ({ index, bytes }: WriteResult) => void lengths.set(index, bytes);
  const task: WriterTask = { places: { ...places, parts: { isMeasured: true } }, run };
  await writers.write({ task, chunks: chunks(), wrote }, signal);
  return { starts: startsOf(lengths) };
}
