import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';

/**
 * What is known of a table before its rows are read. The layout has its columns, which may be
 * thousands.
 */
export const tableFacts = z.object({
  kind: z.literal('table'),
  format: z.enum(['csv', 'jsonl', 'parquet', 'postgres']),
  /** Number of its objects; a table of a database counts as one, of no bytes. */
  objects: count,
  /** Of all objects, as they are stored. */
  bytes: count,
  /** Number of columns of the output. */
  columns: count,
  /** Digest of their names and types, in order. */
  schema: z.string().check(z.regex(/^[0-9a-f]{32}$/)),
  /** Engine that converts it, with its version, such as `DuckDB 1.5.6`. */
  engine: z.string(),
});

export type TableFacts = Readonly<z.infer<typeof tableFacts>>;
