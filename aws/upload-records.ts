import type { S3Client } from '@aws-sdk/client-s3';
import { uploadKey } from '#core/run/output-keys.ts';
import type { OutputLocation, RunUpload } from '#core/run/run-fields.ts';
import { parseUploadRecord } from '#core/run/upload-record.ts';
import { readText } from './objects.ts';

/** A run whose chunks are the parts of one object. */
export interface SingleRun {
  readonly location: OutputLocation;
  readonly generation: number;
}

/** The id of an upload of a run; undefined if it is not recorded. Sends one GET. */
export async function recordedUpload(
  client: S3Client,
  { location, generation }: SingleRun,
  number: number,
): Promise<string | undefined> {
  const { bucket, prefix } = location;
  const text = await readText(client, bucket, uploadKey(prefix, generation, number));
  return text === undefined ? undefined : parseUploadRecord(text).uploadId;
}

/** The last upload of a run; undefined if there is none yet. Sends a GET for each, and one more. */
export async function lastUpload(client: S3Client, run: SingleRun): Promise<RunUpload | undefined> {
  let last: RunUpload | undefined;
  for (let number = 1; ; number += 1) {
    const id = await recordedUpload(client, run, number);
    if (id === undefined) return last;
    last = { id, number };
  }
}
