import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { ExportPlaces } from './step-deps.ts';

/** What a thread of writers is started with. */
export interface WriterTask {
  readonly places: ExportPlaces;
  readonly run: RunHeader;
}

/** A chunk to write, or that no other chunk may be begun and this one must be given up. */
export type WriterOrder = { readonly chunk: PlannedChunk } | { readonly stop: true };

/** Why a chunk was not written; an error does not keep its class on the way from a thread. */
export interface WriterFailure {
  readonly name: string;
  readonly message: string;
  /** Of an error of the system. */
  readonly code?: string | undefined;
}

/** What became of a chunk. */
export type WriterReport = { readonly written: WriteResult } | { readonly failure: WriterFailure };
