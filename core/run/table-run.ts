import * as z from 'zod/mini';
import { OUTPUT_MODES } from '#core/outputs/output-place.ts';
import { tableSpec } from '#core/outputs/table/table-spec.ts';
import { count } from '#core/schemas/count.ts';
import { tableFacts } from '#core/tables/run/table-facts.ts';
import { runFields } from './run-fields.ts';

/** What every step of a run of a table knows; the object at `layoutKey` has its columns. */
export const tableRun = z.strictObject({
  ...runFields,
  facts: tableFacts,
  output: tableSpec,
  /** Set where an inbox chose the objects: a writer names the one that is at fault. */
  isInbox: z.optional(z.literal(true)),
  /** `expect.rows` of the request: nobody can check it before all rows are written. */
  expectedRows: z.optional(count),
  /** Of a partitioned table: how many mappers have scattered how many rows. */
  scattered: z.optional(z.strictObject({ mappers: count, rows: count })),
  /** Of a run that loads a database: what becomes of the rows that are there. */
  mode: z.optional(z.enum(OUTPUT_MODES)),
  /** Of such a run: its rows are seen only once all are in. */
  hidden: z.optional(z.literal(true)),
});

export type TableRun = Readonly<z.infer<typeof tableRun>>;
