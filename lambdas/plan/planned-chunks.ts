import type { S3Client } from '#aws/clients.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { openSource } from '#core/sources/source-kinds.ts';
import type { ReadyRun } from './ready-run.ts';

/**
 * Cuts the rows of a run into chunks. When all are yielded, everything that says where rows lie is
 * checked.
 */
export function plannedChunks(
  s3: S3Client,
  { source, layout, request, base }: ReadyRun,
  signal: AbortSignal,
): AsyncGenerator<PlannedChunk> {
  const opened = openSource(source.uri, layout, s3ObjectStore(s3, signal));
  const { output, chunking } = request;
  return planChunks(opened, { output: output.spec, chunking, chunksBefore: base.chunks });
}
