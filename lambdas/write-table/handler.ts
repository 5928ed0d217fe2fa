import { tableOutput } from '#core/outputs/table/table-output.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import type { TransformDeps } from '#lambdas/shared/call-function.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { namingFault } from './object-fault.ts';
import { writeTableChunk } from './write-table-chunk.ts';

/** What WriteTable needs from outside. */
interface WriteTableDeps extends RecordDeps, TransformDeps, OwnFunctions {}

/** The WriteTable step. Writes one range of a table as one file, and records it in the ledger. */
export function createHandler(deps: WriteTableDeps): Step<WriteTableInput, WriteResult> {
  return async ({ run, chunk }, signal) => {
    const key = chunkKeyBy(tableOutput(run.output), run, chunk.index);
    const write = () =>
      namingFault(deps.s3, run, () => writeTableChunk(deps, { run, chunk, key }, signal));
    return await recordChunk(deps, { run, chunk, key }, write, signal);
  };
}
