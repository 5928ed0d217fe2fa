import * as z from 'zod/mini';
import { parseInput } from '#core/schemas/parse-input.ts';
import { matrixRun } from './matrix-run.ts';
import { rowChunk } from './planned-chunk.ts';

const writeInput = z.object({ run: matrixRun, chunk: rowChunk });

/** Input of one writer of a matrix, whose bundle holds nothing of tables. */
export type WriteInput = Readonly<z.infer<typeof writeInput>>;

/** @throws {RequestError} the input is not what the workflow hands to a writer. */
export function parseWriteInput(input: unknown): WriteInput {
  return parseInput(writeInput, 'Write', input);
}
