import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import type { WriteInput } from '#core/run/step-messages.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { writeChunk } from './write-chunk.ts';

/** What a writer needs from outside. */
export interface WriteDeps extends RecordDeps {
  readonly room: EncoderRoom;
}

/** The Write step. Writes one row range as one chunk, and records it in the ledger. */
export function createHandler(deps: WriteDeps): Step<WriteInput, WriteResult> {
  const { s3, room } = deps;
  return async ({ run, chunk }, signal) => {
    const write = () => writeChunk({ s3, room, signal }, run, chunk);
    return await recordChunk(deps, { run, chunk }, write, signal);
  };
}
