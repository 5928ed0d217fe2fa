import * as z from 'zod/mini';

/** The values of a key as PostgreSQL prints them; null is NULL. */
export const databaseKey = z.array(z.nullable(z.string()));

const typedColumn = z.strictObject({ name: z.string(), type: z.string() });

/** How writers read a table of a database, or the rows of a query. */
export const databaseLayout = z.strictObject({
  /** Name of the connection in the deployment. */
  connection: z.string(),
  from: z.union([
    z.strictObject({ schema: z.string(), table: z.string() }),
    z.strictObject({ query: z.string() }),
  ]),
  /** Columns of the key, and the types of their literals. */
  key: z.array(typedColumn),
  /** Columns that are read, in their order, and their types as PostgreSQL names them. */
  columns: z.array(typedColumn),
});

export type DatabaseLayout = Readonly<z.infer<typeof databaseLayout>>;
