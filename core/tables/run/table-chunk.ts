import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import type { PackedChunk } from '#core/tables/pack/pack-files.ts';
import type { TablePosition } from '#core/tables/pack/pack-units.ts';
import type { ObjectList } from './object-list.ts';

/** See {@link TablePosition}. */
const tablePosition = z.strictObject({ object: count, at: count, row: z.optional(count) });

/**
 * What one writer reads of a table: a line of `_plan/plan.jsonl`. Chunks follow each other without
 * a gap; the end is exclusive.
 */
export const tableChunk = z.strictObject({
  index: count,
  start: tablePosition,
  end: tablePosition,
  /**
   * Bytes of `_plan/objects.jsonl` with the pins of the objects from `start.object` to the last one
   * of which anything is read.
   */
  list: z.strictObject({ offset: count, length: count }),
});

export type TableChunk = Readonly<z.infer<typeof tableChunk>>;

/** Objects before a position, and the one in which it lies. */
function objectsUpTo({ object, at, row = 0 }: TablePosition): number {
  return at === 0 && row === 0 ? object : object + 1;
}

/** The chunk between two positions. */
export function tableChunkOf(
  { index, start, end }: Pick<PackedChunk, 'index' | 'start' | 'end'>,
  objects: ObjectList,
): TableChunk {
  return { index, start, end, list: objects.rangeOf(start.object, objectsUpTo(end)) };
}

/** What the footer of a Parquet file says of where it comes from. */
export function originOf(
  runId: string,
  { index, start, end }: Pick<TableChunk, 'index' | 'start' | 'end'>,
): Readonly<Record<string, string>> {
  return {
    'sparse-fanout.run': runId,
    'sparse-fanout.chunk': String(index),
    'sparse-fanout.range': JSON.stringify({ start, end }),
  };
}
