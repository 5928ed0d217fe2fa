import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { WriteInput } from '#core/run/write-input.ts';
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
    const key = chunkKeyBy(matrixOutputOf(run.output), run, chunk.index);
    const write = () => writeChunk({ s3, room, signal }, { run, chunk, key });
    return await recordChunk(deps, { run, chunk, key }, write, signal);
  };
}
