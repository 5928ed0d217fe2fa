import type { S3Client } from '#aws/clients/s3.ts';
import { listObjectsAfter, readLines } from '#aws/objects.ts';
import { listParts } from '#aws/single-upload.ts';
import { lastUpload } from '#aws/upload-records.ts';
import type { ListedObject } from '#core/manifest/prove-chunks.ts';
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
  /** Bytes of what is done. */
  readonly bytes: number;
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of items) counted += 1;
  return counted;
}

/** What is done of a run. */
type Done = Pick<RunProgress, 'done' | 'bytes'>;

/**
 * The parts of an upload that were sent; all of them where it has become an object, or is lost.
 *
 * @returns undefined as long as there is no upload, as of a plan of one chunk.
 */
async function sentParts(
  client: S3Client,
  run: WatchedRun,
  total: number,
): Promise<Done | undefined> {
  const last = await lastUpload(client, run);
  if (last === undefined) return undefined;
  const { bucket } = run.location;
  const parts = await listParts(client, { bucket, key: chunkKey(run, 0), id: last.id });
  const bytes = (parts ?? []).reduce((sum, part) => sum + part.bytes, 0);
  return { done: parts?.length ?? total, bytes };
}

/** The chunks among objects. */
async function ownChunks(run: WatchedRun, objects: AsyncIterable<ListedObject>): Promise<Done> {
  let [done, bytes] = [0, 0];
  for await (const { key, size } of objects) {
    if (!isOwnChunk(run, key)) continue;
    done += 1;
    bytes += size;
  }
  return { done, bytes };
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
    const done = parts ?? (await ownChunks(run, listObjectsAfter(client, chunks)));
    return { total, ...done };
  };
}
