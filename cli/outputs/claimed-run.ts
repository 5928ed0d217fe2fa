import type { S3Client } from '#aws/clients/s3.ts';
import { listObjects, readText } from '#aws/objects.ts';
import { lastUpload } from '#aws/upload-records.ts';
import { SourceNotFoundError } from '#core/errors.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { claimKey } from '#core/run/output-keys.ts';
import { ledgerName } from '#core/run/run-id.ts';

/** A run that has claimed an output. */
export interface ClaimedRun {
  readonly runId: string;
  readonly generation: number;
  /** Under which the ledger records it. */
  readonly name: string;
}

/** Number of a generation in the name of its claim: `run.json`, `run-000002.json`. */
const CLAIM = /\/run(?:-(\d{6}))?\.json$/;

/** The last generation that a run has claimed; 0 where none has. */
async function lastGeneration(
  client: S3Client,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  signal: AbortSignal,
): Promise<number> {
  let last = 0;
  for await (const { key } of listObjects(client, bucket, `${prefix}_manifest/run`, signal)) {
    const found = CLAIM.exec(key);
    if (found !== null) last = Math.max(last, Number(found[1] ?? 1));
  }
  return last;
}

/**
 * Finds the run that has claimed a generation of an output.
 *
 * @param output.generation @default the last one that was claimed
 * @throws {SourceNotFoundError} no run has claimed it.
 */
export async function claimedRun(
  client: S3Client,
  { uri, generation }: { readonly uri: string; readonly generation?: number | undefined },
  signal: AbortSignal,
): Promise<ClaimedRun> {
  const { bucket, key } = parseS3Uri(uri);
  const prefix = key.endsWith('/') ? key : `${key}/`;
  const last = generation ?? (await lastGeneration(client, { bucket, prefix }, signal));
  const text = last === 0 ? undefined : await readText(client, bucket, claimKey(prefix, last));
  if (text === undefined) {
    const which = last === 0 ? '' : ` generation ${last} of`;
    throw new SourceNotFoundError(
      `no run has claimed${which} s3://${bucket}/${prefix}; give the output.uri of a run that was planned`,
    );
  }
  const { runId } = JSON.parse(text) as { readonly runId: string };
  const upload = await lastUpload(client, { location: { bucket, prefix }, generation: last });
  return { runId, generation: last, name: ledgerName({ runId, generation: last, upload }) };
}
