import type { S3Client } from '#aws/clients/s3.ts';
import { s3StageStore } from '#aws/s3-stage-store.ts';
import { stagedPrefix } from '#core/run/output-keys.ts';
import { type StagedFor, TextIndexes } from '#core/tables/run/text-indexes.ts';

/** Finds what is staged of texts in the output bucket. */
export function s3StagedFor(s3: S3Client, bucket: string, signal: AbortSignal): StagedFor {
  return (stageId) => s3StageStore(s3, { bucket, prefix: stagedPrefix(stageId) }, signal);
}

/** The seek indexes of the large texts of a table, in the output bucket. */
export function s3TextIndexes(s3: S3Client, bucket: string, signal: AbortSignal): TextIndexes {
  return new TextIndexes(s3StagedFor(s3, bucket, signal));
}
