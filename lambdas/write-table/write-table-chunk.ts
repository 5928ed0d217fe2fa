import { crc32Hex } from '#core/checksum/crc32.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import type { ChunkFigures } from '#core/run/ledger-records.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import { sendFile } from '#lambdas/shared/send-file.ts';
import { type ConvertDeps, convertPlanned } from '#lambdas/shared/table-chunk/convert-planned.ts';
import { fileStatistics } from '#tables/file-statistics.ts';

/**
 * Writes what a chunk of a table covers as one file, create-only. Memory and `/tmp`: those of
 * `convertPlanned`.
 *
 * @returns the figures of the stored object; its content is the object itself.
 * @throws {OutputConflictError} another object lies at the chunk's key; it is left as it is.
 * @throws as `convertPlanned`.
 */
export async function writeTableChunk(
  deps: ConvertDeps,
  { run, chunk, key }: WriteTableInput & { readonly key: string },
  signal: AbortSignal,
): Promise<ChunkFigures> {
  const { contentType } = tableOutput(run.output);
  const target = { bucket: run.location.bucket, key, contentType };
  return await convertPlanned(deps, { run, chunk }, signal, async ({ path, rows, counts }) => {
    const { bytes, etag, sent } = await sendFile(deps.s3, target, path, signal);
    return {
      ...{ bytes, contentBytes: bytes, crc32: crc32Hex(sent.crc32), etag },
      ...{ recordCount: rows, counts },
      statistics: run.output.file.format === 'parquet' ? await fileStatistics(path) : undefined,
    };
  });
}
