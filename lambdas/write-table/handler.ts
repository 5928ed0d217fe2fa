import type { WriteTableInput } from '#core/run/step-messages.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import { writeTableChunk } from './write-table-chunk.ts';

/** The WriteTable step. Writes one range of a table as one file, and records it in the ledger. */
export function createHandler(deps: RecordDeps): Step<WriteTableInput, WriteResult> {
  return async (input, signal) => {
    const write = () => writeTableChunk(deps.s3, input, signal);
    return await recordChunk(deps, input, write, signal);
  };
}
