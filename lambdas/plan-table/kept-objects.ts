import type { S3Client } from '#aws/clients/s3.ts';
import { readLines } from '#aws/objects.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { parseKeptPin } from '#core/run/kept-pins.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import type { KeptLines } from '#lambdas/shared/write-jobs.ts';

/** The pins that a table is bound to after a Stage round; undefined if no object has a version. */
export async function pinsToKeep(objects: ObjectList): Promise<KeptLines | undefined> {
  if (!objects.hasVersions) return undefined;
  return { id: await objects.digest(), lines: objects.pieces() };
}

/** Reads the pins that the round before kept. */
export async function* keptObjects(
  s3: S3Client,
  { bucket, key }: { readonly bucket: string; readonly key: string },
  signal: AbortSignal,
): AsyncGenerator<SourcePin> {
  for await (const line of readLines(s3, bucket, key, signal)) yield parseKeptPin(line);
}
