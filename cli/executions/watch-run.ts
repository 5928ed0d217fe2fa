import type { S3Client } from '#aws/clients.ts';
import { listObjectsAfter, readLines } from '#aws/objects.ts';
import { listParts } from '#aws/single-upload.ts';
import { lastUpload } from '#aws/upload-records.ts';
import { chunkKey, partitionColumns } from '#core/run/chunk-key.ts';
import { isOwnChunk } from '#core/run/chunk-name.ts';
import { dataFolder, planKey } from '#core/run/output-keys.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { outputOf } from '#core/run/run-output.ts';

/** A run whose chunks are counted: what is known of it before it is planned. */
export type WatchedRun = Pick<RunHeader, 'runId' | 'output' | 'location' | 'generation' | 'base'>;

/** Progress of a run; undefined as long as there is no plan. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}

async function count<T>(
  items: AsyncIterable<T>,
  isCounted: (item: T) => boolean = () => true,
): Promise<number> {
  let counted = 0;
  for await (const item of items) if (isCounted(item)) counted += 1;
  return counted;
}

/**
 * The parts of an upload that were sent; all of them where it has become an object, or is lost.
 *
 * @returns undefined as long as there is no upload, as of a plan of one chunk.
 */
async function sentParts(
  client: S3Client,
  run: WatchedRun,
  total: number,
): Promise<number | undefined> {
  const last = await lastUpload(client, run);
  if (last === undefined) return undefined;
  const { bucket } = run.location;
  const parts = await listParts(client, { bucket, key: chunkKey(run, 0), id: last.id });
  return parts?.length ?? total;
}

/**
 * Returns a function that lists the chunks of a run and counts them. It reads the plan once, as
 * soon as there is one.
 */
export function watchRun(
  client: S3Client,
  run: WatchedRun,
): () => Promise<RunProgress | undefined> {
  const { location, generation, base } = run;
  const { bucket, prefix } = location;
  const plan = planKey(prefix, generation);
  const isSingle = outputOf(run.output).isSingle === true;
  const isPartitioned = partitionColumns(run.output).length > 0;
  const chunks = {
    bucket,
    prefix: `${prefix}${dataFolder(base)}`,
    // Those of partitions lie among the chunks of the base.
    after: base.chunks === 0 || isPartitioned ? undefined : chunkKey(run, base.chunks - 1),
  };
  let total = 0;
  return async () => {
    if (total === 0) total = await count(readLines(client, bucket, plan));
    if (total === 0) return undefined;
    const parts = isSingle ? await sentParts(client, run, total) : undefined;
    if (parts !== undefined) return { total, done: parts };
    const objects = listObjectsAfter(client, chunks);
    return { total, done: await count(objects, ({ key }) => isOwnChunk(run, key)) };
  };
}
