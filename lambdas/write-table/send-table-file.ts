import type { S3Client } from '#aws/clients/s3.ts';
import type { SentObject, UploadTarget } from '#aws/part-sink.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { sendFile, sendFileAsPart } from '#lambdas/shared/send-file.ts';
import { fileStatistics } from '#tables/file-statistics.ts';
import { lengthenFile } from '#tables/lengthen-file.ts';

/** Where the file of a chunk goes, and what is kept with it. */
interface FilePlace extends Pick<UploadTarget, 'key' | 'metadata'> {
  readonly run: TableRun;
  /** Of its chunk. */
  readonly index: number;
}

/** A file that becomes a part, and the upload that it is a part of. */
interface PartPlace {
  readonly run: TableRun;
  readonly index: number;
  readonly key: string;
  readonly id: string;
}

/** Sends a file as its part of the object that all become; one of gzip may be made longer. */
async function sendTablePart(
  s3: S3Client,
  { run, index, key, id }: PartPlace,
  path: string,
  signal: AbortSignal,
): Promise<SentObject> {
  const isLast = index === run.chunks - 1;
  if (!isLast) await lengthenFile(path, run.output.file);
  const upload = { bucket: run.location.bucket, key, id };
  return await sendFileAsPart(s3, { upload, number: index + 1, isLast }, path, signal);
}

/**
 * Sends the file of a chunk, create-only.
 *
 * @returns the figures of the stored object; its content is the object itself.
 * @throws {OutputConflictError} another object lies at the key; it is left as it is.
 */
export async function sendTableFile(
  s3: S3Client,
  { run, index, ...placed }: FilePlace,
  path: string,
  signal: AbortSignal,
): Promise<Omit<ChunkFigures, 'counts'>> {
  const { contentType } = tableOutput(run.output);
  const { file, companions } = run.output;
  const target = { bucket: run.location.bucket, contentType, ...placed };
  const { bytes, etag, sent } =
    run.upload === undefined
      ? await sendFile(s3, target, path, signal)
      : await sendTablePart(s3, { run, index, key: placed.key, id: run.upload.id }, path, signal);
  return {
    ...{ bytes, contentBytes: bytes, crc32: crc32Hex(sent.crc32), etag },
    statistics: file.format === 'parquet' ? await fileStatistics(path, companions) : undefined,
  };
}
