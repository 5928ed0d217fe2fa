import * as z from 'zod/mini';
import { MAX_TABLE_BYTES } from './load-target.ts';
import { connectionName, MAX_NAME_BYTES, namedIn, USUAL_SCHEMA } from './table-name.ts';

/** The section `output.postgres` of a request. */
export const loadSection = z.strictObject(
  {
    connection: connectionName,
    schema: z._default(namedIn(MAX_NAME_BYTES, 'schema'), USUAL_SCHEMA),
    table: namedIn(MAX_TABLE_BYTES, 'table'),
    append: z.optional(
      z.enum(['direct', 'hidden'], {
        error: "'direct' (rows are seen chunk by chunk) or 'hidden' (until all are in)",
      }),
    ),
  },
  { error: 'an object with connection, table, schema and append' },
);
