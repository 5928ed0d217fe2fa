import type { S3Client } from '#aws/clients/s3.ts';
import { createObject } from '#aws/create-only.ts';
import type { UploadTarget } from '#aws/part-sink.ts';
import { abortUpload, beginUpload, isUnderWay } from '#aws/single-upload.ts';
import { headObject } from '#aws/stored-object.ts';
import { lastUpload, recordedUpload, type SingleRun } from '#aws/upload-records.ts';
import { OutputConflictError } from '#core/errors.ts';
import type { Output } from '#core/outputs/output.ts';
import { uploadKey } from '#core/run/output-keys.ts';
import type { RunUpload, UploadNumber } from '#core/run/run-fields.ts';
import { uploadRecord } from '#core/run/upload-record.ts';

/**
 * Finds out which upload of a run is to be used: the last one, or the next one where that is gone
 * and has become no object. Reads the record of each, sends a request for the last upload, and a
 * HEAD where it is gone.
 *
 * @param key of the object.
 */
async function uploadToUse(s3: S3Client, run: SingleRun, key: string): Promise<UploadNumber> {
  const { bucket } = run.location;
  const last = await lastUpload(s3, run);
  if (last === undefined) return { number: 1 };
  const { id, number } = last;
  const stands =
    (await isUnderWay(s3, { bucket, key, id })) ||
    (await headObject(s3, bucket, key)) !== undefined;
  return { number: stands ? number : number + 1 };
}

/**
 * Opens an upload of a run for its writers, and records it create-only: of two that open it at once
 * one is used, and the other aborted.
 */
async function openUpload(
  s3: S3Client,
  run: SingleRun,
  target: UploadTarget,
  { number }: UploadNumber,
): Promise<RunUpload> {
  const there = await recordedUpload(s3, run, number);
  if (there !== undefined) return { id: there, number };
  const id = await beginUpload(s3, target);
  const { bucket, prefix } = run.location;
  const record = { bucket, key: uploadKey(prefix, run.generation, number) };
  const text = uploadRecord({ uploadId: id, key: target.key });
  try {
    await createObject(s3, { ...record, contentType: 'application/json' }, [text]);
    return { id, number };
  } catch (error) {
    await abortUpload(s3, { ...target, id });
    const winner = error instanceof OutputConflictError && (await recordedUpload(s3, run, number));
    if (!winner) throw error;
    return { id: winner, number };
  }
}

/** The upload of a run, as long as its plan is not written yet. */
interface SingleUpload {
  /** Which one it is or will be; undefined where chunks are objects of their own. */
  readonly upload?: UploadNumber | undefined;
  /**
   * Opens it once the plan is written and its generation claimed, where there are several chunks: a
   * single one is an object without an upload.
   *
   * @returns what the header of the run has of it.
   */
  open(chunks: number): Promise<{ readonly upload?: RunUpload }>;
}

/**
 * Finds the upload that the chunks of a run are parts of, where all of them are one object.
 *
 * @param key of the object.
 */
export async function singleUpload(
  s3: S3Client,
  run: SingleRun,
  { isSingle, contentType }: Pick<Output, 'isSingle' | 'contentType'>,
  key: string,
): Promise<SingleUpload> {
  if (isSingle !== true) return { open: async () => ({}) };
  const upload = await uploadToUse(s3, run, key);
  const target = { bucket: run.location.bucket, key, contentType };
  return {
    upload,
    open: async (chunks) =>
      chunks === 1 ? {} : { upload: await openUpload(s3, run, target, upload) },
  };
}
