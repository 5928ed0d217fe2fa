import type { S3Client } from '#aws/clients.ts';
import type { UploadTarget } from '#aws/part-sink.ts';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { sendFile } from '#lambdas/shared/send-file.ts';
import { fileStatistics } from '#tables/file-statistics.ts';

/** Where the file of a chunk goes, and what is kept with it. */
interface FilePlace extends Pick<UploadTarget, 'key' | 'metadata'> {
  readonly run: TableRun;
}

/**
 * Sends the file of a chunk, create-only.
 *
 * @returns the figures of the stored object; its content is the object itself.
 * @throws {OutputConflictError} another object lies at the key; it is left as it is.
 */
export async function sendTableFile(
  s3: S3Client,
  { run, ...placed }: FilePlace,
  path: string,
  signal: AbortSignal,
): Promise<Omit<ChunkFigures, 'counts'>> {
  const { contentType } = tableOutput(run.output);
  const { file, companions } = run.output;
  const target = { bucket: run.location.bucket, contentType, ...placed };
  const { bytes, etag, sent } = await sendFile(s3, target, path, signal);
  return {
    ...{ bytes, contentBytes: bytes, crc32: crc32Hex(sent.crc32), etag },
    statistics: file.format === 'parquet' ? await fileStatistics(path, companions) : undefined,
  };
}
