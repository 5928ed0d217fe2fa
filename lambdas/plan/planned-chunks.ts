import type { S3Client } from '#aws/clients.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { type OpenedSource, openSource } from '#core/sources/open-source.ts';
import type { ReadyRun } from './ready-run.ts';

/** Opens the source of a run. */
export function openReady(
  s3: S3Client,
  { source, layout }: ReadyRun,
  signal: AbortSignal,
): OpenedSource {
  return openSource(source.uri, layout, s3ObjectStore(s3, signal));
}

/**
 * Cuts the rows of a run into chunks. When all are yielded, everything that says where rows lie is
 * checked.
 */
export function plannedChunks(
  s3: S3Client,
  ready: ReadyRun,
  signal: AbortSignal,
): AsyncGenerator<PlannedChunk> {
  const { request, base } = ready;
  const { output, chunking } = request;
  return planChunks(openReady(s3, ready, signal), {
    output: output.spec,
    chunking,
    chunksBefore: base.chunks,
  });
}
