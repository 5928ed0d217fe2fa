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
  /** Set where an inbox chose the objects: a writer names the one that is at fault. */
  isInbox: z.optional(z.literal(true)),
  /** `expect.rows` of the request: nobody can check it before all rows are written. */
  expectedRows: z.optional(count),
});

export type TableRun = Readonly<z.infer<typeof tableRun>>;
