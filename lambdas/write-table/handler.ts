import { tableOutput } from '#core/outputs/table/table-output.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import type { ConvertDeps } from '#lambdas/shared/table-chunk/convert-planned.ts';
import { writeTableChunk } from './write-table-chunk.ts';

/** What WriteTable needs from outside. */
interface WriteTableDeps extends RecordDeps, ConvertDeps {}

/** The WriteTable step. Writes one range of a table as one file, and records it in the ledger. */
export function createHandler(deps: WriteTableDeps): Step<WriteTableInput, WriteResult> {
  return async ({ run, chunk }, signal) => {
    const key = chunkKeyBy(tableOutput(run.output), run, chunk.index);
    const write = () => writeTableChunk(deps, { run, chunk, key }, signal);
    return await recordChunk(deps, { run, chunk, key }, write, signal);
  };
}
