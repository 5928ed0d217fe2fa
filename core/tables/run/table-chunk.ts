import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import type { PackedChunk } from '#core/tables/pack/pack-files.ts';
import type { TablePosition } from '#core/tables/pack/pack-units.ts';
import type { KeyChunk } from '#core/tables/postgres/key-runs.ts';
import { databaseKey } from './database-layout.ts';
import type { ObjectList } from './object-list.ts';

/** See {@link TablePosition}. */
const tablePosition = z.strictObject({ object: count, at: count, row: z.optional(count) });

/** Keys of a database that a chunk has, in the order of the database. */
const keyRange = z.strictObject({
  /** Of the first row and of the last, when they were counted. */
  first: databaseKey,
  last: databaseKey,
  /** The first key of the chunk behind it; the last chunk has all that is left. */
  next: z.optional(databaseKey),
  keys: count,
  /** Counted by the plan. */
  rows: count,
});

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
  /** Where partitions lie in keys of objects: the values of all rows, as SQL prints them. */
  partition: z.optional(z.array(z.nullable(z.string()))),
  /** Of a table of a database; absent where it had no rows. */
  keys: z.optional(keyRange),
});

export type TableChunk = Readonly<z.infer<typeof tableChunk>>;

/** Objects before a position, and the one in which it lies. */
function objectsUpTo({ object, at, row = 0 }: TablePosition): number {
  return at === 0 && row === 0 ? object : object + 1;
}

/** The chunk between two positions. */
export function tableChunkOf(
  { index, start, end, partition }: Pick<PackedChunk, 'index' | 'start' | 'end' | 'partition'>,
  objects: ObjectList,
): TableChunk {
  const list = objects.rangeOf(start.object, objectsUpTo(end));
  return { index, start, end, list, ...(partition && { partition: [...partition] }) };
}

/** Of the columns of a database nothing lies in a list of objects. */
const NO_LIST = { offset: 0, length: 0 } as const;

/**
 * The chunks of the only table of a database: places in it are numbers of keys.
 *
 * @param firstIndex of the first chunk.
 * @returns never none: a table without rows is one chunk.
 */
export function databaseChunks(keys: readonly KeyChunk[], firstIndex: number): TableChunk[] {
  const end = { object: 1, at: 0 };
  const place = (at: number) => ({ object: 0, at });
  if (keys.length === 0) return [{ index: firstIndex, start: place(0), end, list: NO_LIST }];
  return keys.map(({ start, first, last, next, keys: number, rows }, at) => ({
    index: firstIndex + at,
    start: place(start),
    end: next === undefined ? end : place(start + number),
    list: NO_LIST,
    keys: {
      first: [...first],
      last: [...last],
      ...(next && { next: [...next] }),
      keys: number,
      rows,
    },
  }));
}

/** What the footer of a Parquet file says of where it comes from. */
export function originOf(
  runId: string,
  { index, start, end, partition }: Pick<TableChunk, 'index' | 'start' | 'end' | 'partition'>,
): Readonly<Record<string, string>> {
  return {
    'sparse-fanout.run': runId,
    'sparse-fanout.chunk': String(index),
    'sparse-fanout.range': JSON.stringify({ start, end }),
    ...(partition && { 'sparse-fanout.partition': JSON.stringify(partition) }),
  };
}
