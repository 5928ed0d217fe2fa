import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import { parseInput } from '#core/schemas/parse-input.ts';
import { type TableChunk, tableChunk } from '#core/tables/run/table-chunk.ts';

/** A chunk of a matrix. Its rows are numbered as in the source. */
export const rowChunk = z.strictObject({
  /** Zero-based over all generations; the six digits of `chunk-000042`. */
  index: count,
  rowStart: count,
  rowEnd: count,
});

/** One line of `_plan/plan.jsonl`: one chunk, one child of the Distributed Map. */
const plannedChunk = z.union([rowChunk, tableChunk]);

export type RowChunk = Readonly<z.infer<typeof rowChunk>>;
export type PlannedChunk = RowChunk | TableChunk;

/** A chunk as the plan and the ledger hold it. */
export function plannedText(chunk: PlannedChunk): string {
  if (!('rowStart' in chunk)) return JSON.stringify(chunk);
  const { index, rowStart, rowEnd } = chunk;
  return JSON.stringify({ index, rowStart, rowEnd });
}

/** One line of a plan as text. */
export function planLine(chunk: PlannedChunk): string {
  return `${plannedText(chunk)}\n`;
}

/** @throws {RequestError} the line is not one that {@link planLine} made. */
export function parsePlanLine(line: string): PlannedChunk {
  return parseInput(plannedChunk, 'the plan', JSON.parse(line));
}

/** What a chunk covers, in words. */
export function rangeText(chunk: PlannedChunk): string {
  if ('rowStart' in chunk) return `rows ${chunk.rowStart} to ${chunk.rowEnd}`;
  const [from, to] = [chunk.start, chunk.end].map(
    ({ object, at, row }) => `object ${object} at ${at}${row === undefined ? '' : ` row ${row}`}`,
  );
  return `${from} to ${to}`;
}
