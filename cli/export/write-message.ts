import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { ExportPlaces } from './step-deps.ts';

/** What all chunks that a thread writes have in common. */
export interface WriterTask {
  readonly places: ExportPlaces;
  readonly run: RunHeader;
}

/** A chunk to write; the task comes with the first one. */
export interface WriterOrder {
  readonly task?: WriterTask | undefined;
  readonly chunk: PlannedChunk;
}

/** Gives up the chunk that is being written, and ends the thread. */
export const STOP = 'stop';

/** Why a chunk was not written; an error does not keep its class on the way from a thread. */
export interface WriterFailure {
  readonly name: string;
  readonly message: string;
  /** Of an error of the system. */
  readonly code?: string | undefined;
}

/** What became of a chunk. */
export type WriterReport = { readonly written: WriteResult } | { readonly failure: WriterFailure };
