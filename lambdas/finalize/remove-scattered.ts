import type { S3Client } from '#aws/clients/s3.ts';
import { deleteObjects } from '#aws/delete-objects.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { scatterKeys, shuffleLayoutKey, shuffleObjectsKey } from '#core/run/output-keys.ts';
import { isTableRun, type RunHeader } from '#core/run/run-header.ts';

/** As S3 takes at most 1,000 keys, of which each mapper has four. */
const MAPPERS_OF_REQUEST = 250;

const REQUESTS_AT_ONCE = 8;

/**
 * Removes what the mappers of a run have scattered, once its rows are in the output. The layout
 * goes first, so that nobody goes on with what is half removed. May be repeated.
 */
export async function removeScattered(
  s3: S3Client,
  run: RunHeader,
  signal: AbortSignal,
): Promise<void> {
  if (!isTableRun(run) || run.scattered === undefined) return;
  const { runId, scattered, location } = run;
  const { bucket } = location;
  await deleteObjects(s3, bucket, [shuffleLayoutKey(runId)], signal);
  const mappers = Array.from({ length: scattered.mappers }, (_, mapper) => mapper);
  const tasks = mappers
    .filter((mapper) => mapper % MAPPERS_OF_REQUEST === 0)
    .map((first) => async () => {
      const batch = mappers.slice(first, first + MAPPERS_OF_REQUEST);
      const keys = batch.flatMap((mapper) => Object.values(scatterKeys(runId, mapper)));
      await deleteObjects(s3, bucket, keys, signal);
    });
  for await (const _ of inOrder(tasks, REQUESTS_AT_ONCE));
  await deleteObjects(s3, bucket, [shuffleObjectsKey(runId)], signal);
}
