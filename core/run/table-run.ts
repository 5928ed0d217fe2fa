import * as z from 'zod/mini';
import { tableSpec } from '#core/outputs/table/table-spec.ts';
import { count } from '#core/schemas/count.ts';
import { tableFacts } from '#core/tables/run/table-facts.ts';
import { runFields } from './run-fields.ts';

/** What every step of a run of a table knows; the object at `layoutKey` has its columns. */
export const tableRun = z.strictObject({
  ...runFields,
  facts: tableFacts,
  output: tableSpec,
  /** `expect.rows` of the request: nobody can check it before all rows are written. */
  expectedRows: z.optional(count),
  /** Of a partitioned table: how many mappers have scattered how many rows. */
  scattered: z.optional(z.strictObject({ mappers: count, rows: count })),
});

export type TableRun = Readonly<z.infer<typeof tableRun>>;
