import * as z from 'zod/mini';
import { MAX_TABLE_BYTES } from './load-target.ts';
import { connectionName, MAX_NAME_BYTES, namedIn, USUAL_SCHEMA } from './table-name.ts';

/** The section `output.postgres` of a request. */
export const loadSection = z.strictObject(
  {
    connection: connectionName,
    schema: z._default(namedIn(MAX_NAME_BYTES, 'schema'), USUAL_SCHEMA),
    table: namedIn(MAX_TABLE_BYTES, 'table'),
  },
  { error: 'an object with connection, table and schema' },
);
