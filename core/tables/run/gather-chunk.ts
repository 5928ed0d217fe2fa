import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';
import { databaseKey } from './database-layout.ts';

/** Rows `start <= row < end`. */
const rowSpan = z.strictObject({ start: count, end: count });

/**
 * What one writer gathers of a table that was scattered: rows of one partition, in the order of the
 * source, or all rows of some keys. A line of `_plan/plan.jsonl`.
 */
export const gatherChunk = z.strictObject({
  index: count,
  /** By the columns of `partitionBy`, as SQL prints them; empty where keys are whole. */
  partition: z.array(z.nullable(z.string())),
  /** Of the rows of the partition, or of all rows in the order of their keys. */
  within: rowSpan,
  /** Where keys are whole: those of the first row and of the last, as SQL prints them. */
  keys: z.optional(z.strictObject({ first: databaseKey, last: databaseKey, keys: count })),
  /** Bytes of `_plan/shares.jsonl` with the rows of scattered objects that these are. */
  list: z.strictObject({ offset: count, length: count }),
  /**
   * Rows that mappers left out, each counted for one chunk: how many, and the mappers that rejected
   * some.
   */
  left: z.optional(z.strictObject({ rejected: count, filtered: count, mappers: z.array(count) })),
});

export type GatherChunk = Readonly<z.infer<typeof gatherChunk>>;

/** Rows of a scattered object that one file gathers: a line of `_plan/shares.jsonl`. */
const share = z.strictObject({
  mapper: count,
  /** Of the object. */
  rows: rowSpan,
  /** What pins the object: its bytes and its ETag. */
  size: count,
  etag: z.string(),
});

export type Share = Readonly<z.infer<typeof share>>;

/** The lines of a list of shares. */
export function parseShares(bytes: Uint8Array): readonly Share[] {
  const lines = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  return lines.map((line) => share.parse(JSON.parse(line)));
}

/** What the footer of a Parquet file says of where it comes from. */
export function gatherOriginOf(
  runId: string,
  { index, partition, within, keys }: Omit<GatherChunk, 'list' | 'left'>,
): Readonly<Record<string, string>> {
  return {
    'sparse-fanout.run': runId,
    'sparse-fanout.chunk': String(index),
    ...(keys === undefined
      ? { 'sparse-fanout.partition': JSON.stringify(partition) }
      : { 'sparse-fanout.keys': JSON.stringify(keys) }),
    'sparse-fanout.within': JSON.stringify(within),
  };
}
