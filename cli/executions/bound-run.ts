import type { S3Client } from '#aws/clients.ts';
import { listObjectsAfter, readLines } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { parseS3Uri } from '#aws/s3-uri.ts';
import { OUTPUT_FOLDERS } from '#core/contract.ts';
import type { Manifest } from '#core/manifest/manifest.ts';
import { parseRequest } from '#core/request/request.ts';
import { defaultPrefix, planKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run.ts';
import { runIdentity, runIdOf } from '#core/run/run-id.ts';
import { listUnits } from '#core/sparse/source/list-units.ts';
import { pinUnits } from '#core/sparse/source/pin-source.ts';

/** A request and the run that it will find or begin. */
export interface BoundRun {
  readonly runId: string;
  readonly output: OutputLocation;
  /** Manifest of what its rows go after. @default it begins an output */
  readonly after?: Manifest;
}

/** How far a run is; undefined as long as there is no plan. */
export interface RunProgress {
  readonly done: number;
  readonly total: number;
}

/**
 * The run that a request stands for, as Plan will find it. One HEAD request an object.
 *
 * @throws {SourceNotFoundError} the source does not exist.
 */
export async function bindRun(
  client: S3Client,
  input: unknown,
  outputBucket: string,
): Promise<BoundRun> {
  const request = parseRequest(input);
  const units = await listUnits(s3ObjectStore(client), request.source);
  const pin = await pinUnits(request.source, units);
  const runId = await runIdOf(runIdentity(request, pin, outputBucket));
  const { uri } = request.output;
  const prefix = uri === null ? defaultPrefix(parseS3Uri(pin.uri).key, runId) : parseS3Uri(uri).key;
  return { runId, output: { bucket: outputBucket, prefix } };
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let counted = 0;
  for await (const _ of items) counted += 1;
  return counted;
}

/**
 * Returns a function that counts the chunks that a run has written, by listing them. The plan is read
 * once, when it is there.
 */
export function watchRun(
  client: S3Client,
  { output, after }: BoundRun,
): () => Promise<RunProgress | undefined> {
  const { bucket } = output;
  const plan = planKey(output.prefix, after === undefined ? 1 : (after.generation ?? 1) + 1);
  const last = after?.entries.at(-1)?.url;
  const chunks = {
    bucket,
    prefix: `${output.prefix}${OUTPUT_FOLDERS.data}`,
    after: last === undefined ? undefined : parseS3Uri(last).key,
  };
  let total = 0;
  return async () => {
    if (total === 0) total = await count(readLines(client, bucket, plan));
    if (total === 0) return undefined;
    return { total, done: await count(listObjectsAfter(client, chunks)) };
  };
}
