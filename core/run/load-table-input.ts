import * as z from 'zod/mini';
import { parseInput } from '#core/schemas/parse-input.ts';
import { tableChunk } from '#core/tables/run/table-chunk.ts';
import { tableRun } from './table-run.ts';

/** What LoadTable does of a run: before its chunks, for each of them, and after the last. */
const loadTableInput = z.discriminatedUnion('task', [
  z.object({ task: z.literal('prepare'), run: tableRun }),
  z.object({ task: z.literal('chunk'), run: tableRun, chunk: tableChunk }),
  z.object({ task: z.literal('publish'), run: tableRun }),
]);

/** Input of LoadTable. */
export type LoadTableInput = Readonly<z.infer<typeof loadTableInput>>;

/** @throws {RequestError} the input is not what the workflow hands to LoadTable. */
export function parseLoadTableInput(input: unknown): LoadTableInput {
  return parseInput(loadTableInput, 'LoadTable', input);
}
