import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';

/** A chunk of a matrix. Its rows are numbered as in the source. */
export const rowChunk = z.strictObject({
  /** Zero-based over all generations; the six digits of `chunk-000042`. */
  index: count,
  rowStart: count,
  rowEnd: count,
});

export type RowChunk = Readonly<z.infer<typeof rowChunk>>;
/** One line of `_plan/plan.jsonl`: one chunk, one child of the Distributed Map. */
export type PlannedChunk = RowChunk | TableChunk | GatherChunk;

/** A chunk as the plan and the ledger hold it. */
export function plannedText(chunk: PlannedChunk): string {
  if (!('rowStart' in chunk)) return JSON.stringify(chunk);
  const { index, rowStart, rowEnd } = chunk;
  return JSON.stringify({ index, rowStart, rowEnd });
}

/** What a chunk covers, in words. */
export function rangeText(chunk: PlannedChunk): string {
  if ('rowStart' in chunk) return `rows ${chunk.rowStart} to ${chunk.rowEnd}`;
  if (chunk.keys !== undefined) {
    const [first, last] = [chunk.keys.first, chunk.keys.last].map((key) => JSON.stringify(key));
    return `keys ${first} to ${last}`;
  }
  if ('within' in chunk) {
    const { start, end } = chunk.within;
    return `rows ${start} to ${end} of partition ${JSON.stringify(chunk.partition)}`;
  }
  const [from, to] = [chunk.start, chunk.end].map(
    ({ object, at, row }) => `object ${object} at ${at}${row === undefined ? '' : ` row ${row}`}`,
  );
  return `${from} to ${to}`;
}
