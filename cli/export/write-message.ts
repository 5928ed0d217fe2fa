import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { isTableRun, type RunHeader } from '#core/run/run-header.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import { mountedAt } from './folder-mounts.ts';
import type { ExportPlaces } from './step-deps.ts';

/** What all chunks that a thread writes have in common. */
export interface WriterTask {
  readonly places: ExportPlaces;
  readonly run: RunHeader;
}

/** A chunk to write; a task comes with its first one. */
export interface WriterOrder {
  readonly task?: WriterTask | undefined;
  readonly chunk: PlannedChunk;
}

/** With fewer chunks for each thread, one might wait for a thread while another has nothing. */
const MANY_CHUNKS = 8;

/**
 * Chunks that a thread has at once. Where there are many for a folder, the next one is encoded
 * while the disk takes the end of the one before; what sends chunks or holds an engine has one.
 */
export function chunksAtOnce({ places, run }: WriterTask, threads: number): number {
  const { bucket, prefix } = run.location;
  const isFolder = mountedAt(places.mounts, bucket, prefix) !== undefined;
  const isMany = run.chunks >= MANY_CHUNKS * threads;
  const isAlone = isTableRun(run) || run.upload !== undefined;
  return isFolder && isMany && !isAlone ? 2 : 1;
}

/** Gives up the chunks that are being written, and ends the thread. */
export const STOP = 'stop';

/** Why a chunk was not written; an error does not keep its class on the way from a thread. */
export interface WriterFailure {
  readonly name: string;
  readonly message: string;
  /** Of an error of the system. */
  readonly code?: string | undefined;
}

/** What became of a chunk. */
export type WriterReport = { readonly index: number } & (
  | { readonly written: WriteResult }
  | { readonly failure: WriterFailure }
);
