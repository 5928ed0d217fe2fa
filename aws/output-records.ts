import type { S3Client } from '@aws-sdk/client-s3';
import type { OutputRecords } from '#core/manifest/place-run.ts';
import { claimKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import { readEarlier, readLatest } from './manifests.ts';
import { readText } from './objects.ts';

/** Reads the objects that say what an output in S3 holds; one GET per object. */
export function s3OutputRecords(
  s3: S3Client,
  location: OutputLocation,
  signal?: AbortSignal,
): OutputRecords {
  const { bucket, prefix } = location;
  return {
    latest: async () => (await readLatest(s3, location, signal))?.head,
    earlier: (links) => readEarlier(s3, location, links, signal),
    claim: async (generation) => await readText(s3, bucket, claimKey(prefix, generation), signal),
  };
}
