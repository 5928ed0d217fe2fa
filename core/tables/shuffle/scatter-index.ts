import * as z from 'zod/mini';
import { CorruptSourceError } from '#core/errors.ts';
import { count } from '#core/schemas/count.ts';

/** Rows of one partition in a scattered object, which follow each other. */
const scatteredPartition = z.strictObject({
  /** By the columns of `partitionBy`, as SQL prints them. */
  values: z.array(z.nullable(z.string())),
  rows: count,
});

/** What a mapper says of the object that it wrote: rows sorted by partition, then as they were. */
const scatterIndex = z.strictObject({
  /** What the mapper read, as the plan has it. */
  planned: z.string(),
  /** Bytes of the object. */
  size: count,
  etag: z.string(),
  /** Rows that were left out, as their values do not fit, and by the transform. */
  rejected: count,
  filtered: count,
  /** Rows and bytes of its row groups. */
  groups: z.array(z.strictObject({ rows: count, bytes: count })),
  /** In the order of the rows; none where keys are whole. */
  partitions: z.array(scatteredPartition),
  /** Where keys are whole: how many keys and rows there are, and the object that lists the keys. */
  keys: z.optional(z.strictObject({ keys: count, rows: count, size: count, etag: z.string() })),
});

export type ScatterIndex = Readonly<z.infer<typeof scatterIndex>>;

/** Undefined where a text is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws {CorruptSourceError} the text is not an index as a mapper writes it. */
export function parseScatterIndex(text: string, uri: string): ScatterIndex {
  const parsed = scatterIndex.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CorruptSourceError(
    `the index ${uri} is damaged: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
