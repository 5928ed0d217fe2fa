import * as z from 'zod/mini';
import { parseInput } from '#core/schemas/parse-input.ts';
import { gatherChunk } from '#core/tables/run/gather-chunk.ts';
import { tableChunk } from '#core/tables/run/table-chunk.ts';
import { tableRun } from './table-run.ts';

const writeTableInput = z.object({ run: tableRun, chunk: z.union([tableChunk, gatherChunk]) });

/** Input of one writer of a table. */
export type WriteTableInput = Readonly<z.infer<typeof writeTableInput>>;

/** @throws {RequestError} the input is not what the workflow hands to a writer of a table. */
export function parseWriteTableInput(input: unknown): WriteTableInput {
  return parseInput(writeTableInput, 'WriteTable', input);
}
