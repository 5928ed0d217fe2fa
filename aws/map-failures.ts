import type { S3Client } from '@aws-sdk/client-s3';
import { type FailedChild, parseFailedChild } from '#core/failure/failed-child.ts';
import { listObjects, readLines } from './objects.ts';

const FAILED_RESULTS = /\/FAILED_\d+\.jsonl$/;

async function firstLine(lines: AsyncIterable<string>): Promise<string | undefined> {
  for await (const line of lines) return line;
  return undefined;
}

/**
 * Finds why a Distributed Map failed: the first failed child of its last Map Run, in the results
 * that its ResultWriter left below a prefix. Sends a LIST, and a GET per Map Run.
 *
 * @returns undefined when no child is there.
 */
export async function findFailedChild(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  signal?: AbortSignal,
): Promise<FailedChild | undefined> {
  let last: FailedChild | undefined;
  for await (const { key } of listObjects(client, bucket, prefix, signal)) {
    if (!FAILED_RESULTS.test(key)) continue;
    const line = await firstLine(readLines(client, bucket, key, signal));
    const child = line === undefined ? undefined : parseFailedChild(line);
    if (child !== undefined && child.stoppedAt >= (last?.stoppedAt ?? '')) last = child;
  }
  return last;
}
