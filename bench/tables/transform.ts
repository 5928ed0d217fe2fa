import type { Engine, FunctionModules } from '@sparse-fanout/engine';
import { type TableLayout, tableLayoutOf } from '#core/tables/run/table-layout.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { planTransform } from '#tables/plan-transform.ts';
import { SCHEMA } from './columns.ts';
import type { SourceFormat } from './plan-slices.ts';

/**
 * Casts, regular expressions, a filter and two functions of a module; `polars_transformed.py` does
 * the same.
 */
const SQL = `
  select order_id, cast(ordered_at as date) as ordered_on, cast(customer as varchar) as customer,
    lower(country) as country, regexp_replace(product, '^SKU-0*', '') as product,
    cast(quantity as integer) as quantity, total, weight * 2::double as weight,
    regexp_extract(session, '^([0-9a-f]+)-', 1) as session,
    regexp_replace(comment, '\\s+', '_', 'g') as comment,
    vowels(comment) as vowels, clamped(total, 10, 500) as billed
  from input
  where status <> 'cancelled' and regexp_matches(comment, '^(the|of|was)')`;

/** Name of the functions that are called. */
export const FUNCTIONS = 'bench';

/** How the made-up table is read and transformed, as PlanTable would have it. */
export async function transformedLayout(
  engine: Engine,
  format: SourceFormat,
  functions: FunctionModules,
): Promise<TableLayout> {
  const schema = tableSchema.parse(SCHEMA);
  const source = { uris: [], csv: csvFormatSection.parse({}), byName: false };
  const asked = { source, columns: {}, onBadRow: 'fail' } as const;
  const transform = await planTransform(
    engine,
    { schema },
    { sql: SQL, functions: FUNCTIONS },
    functions,
  );
  return tableLayoutOf(asked, { format, schema, transform });
}
