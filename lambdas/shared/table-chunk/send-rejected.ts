import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import type { RejectedValue } from '#tables/bad-rows.ts';

/** Writes the rows that were left out, one JSON line each, before the file that lacks them. */
export async function sendRejected(
  s3: S3Client,
  place: { readonly bucket: string; readonly key: string },
  rejected: readonly RejectedValue[],
  signal: AbortSignal,
): Promise<void> {
  if (rejected.length === 0) return;
  const lines = rejected.map((value) => `${JSON.stringify(value)}\n`);
  await createObject(s3, { ...place, contentType: 'application/x-ndjson' }, lines, signal);
}
