import { tableOutput } from '#core/outputs/table/table-output.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import type { TableRun } from '#core/run/table-run.ts';
import type { WriteTableInput } from '#core/run/write-table-input.ts';
import { partitionFolder } from '#core/tables/partition/partition-folder.ts';
import { type RecordDeps, recordChunk, type WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { Step } from '#lambdas/shared/step.ts';
import type { ConvertDeps } from '#lambdas/shared/table-chunk/convert-planned.ts';
import { gatherTableChunk } from './gather-table-chunk.ts';
import { namingFault } from './object-fault.ts';
import { writeTableChunk } from './write-table-chunk.ts';

/** What WriteTable needs from outside. */
interface WriteTableDeps extends RecordDeps, ConvertDeps {}

/** Folders of the partition of a chunk; none of a table that has none. */
function partitionOf({ output }: TableRun, { partition }: WriteTableInput['chunk']): string {
  return partition === undefined ? '' : partitionFolder(output.partitionBy ?? [], partition);
}

/** The WriteTable step. Writes one range of a table as one file, and records it in the ledger. */
export function createHandler(deps: WriteTableDeps): Step<WriteTableInput, WriteResult> {
  return async ({ run, chunk }, signal) => {
    const folder = partitionOf(run, chunk);
    const key = chunkKeyBy(tableOutput(run.output), run, chunk.index, folder);
    const write = () =>
      'within' in chunk
        ? gatherTableChunk(deps, { run, chunk, key }, signal)
        : namingFault(deps.s3, run, () => writeTableChunk(deps, { run, chunk, key }, signal));
    return await recordChunk(deps, { run, chunk, key }, write, signal);
  };
}
