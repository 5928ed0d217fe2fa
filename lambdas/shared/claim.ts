import type { S3Client } from '#aws/clients.ts';
import { readText } from '#aws/objects.ts';
import { claimKey } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run.ts';

/** Text of the object by which a run claims a generation. */
export function claimText(runId: string): string {
  return `${JSON.stringify({ runId })}\n`;
}

/** Reads who claims a generation of an output, with one GET. @returns undefined when nobody has. */
export async function readClaim(
  s3: S3Client,
  { bucket, prefix }: OutputLocation,
  generation: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  return await readText(s3, bucket, claimKey(prefix, generation), signal);
}
