import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import { parseInput } from '#core/schemas/parse-input.ts';

/**
 * One line of `_plan/plan.jsonl`: one chunk, one child of the Distributed Map. Its rows are
 * numbered as in the source.
 */
export const plannedChunk = z.strictObject({
  /** Zero-based over all generations; the six digits of `chunk-000042`. */
  index: count,
  rowStart: count,
  rowEnd: count,
});

export type PlannedChunk = Readonly<z.infer<typeof plannedChunk>>;

/** One line of a plan as text. */
export function planLine({ index, rowStart, rowEnd }: PlannedChunk): string {
  return `${JSON.stringify({ index, rowStart, rowEnd })}\n`;
}

/** @throws {RequestError} the line is not one that {@link planLine} made. */
export function parsePlanLine(line: string): PlannedChunk {
  return parseInput(plannedChunk, 'the plan', JSON.parse(line));
}
