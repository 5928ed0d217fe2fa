import * as z from 'zod/mini';
import { singleSpec } from '#core/outputs/single-object.ts';
import { count } from '#core/schemas/count.ts';
import { COMPANIONS } from '#core/tables/companions/companion-names.ts';

export const PARQUET_COMPRESSIONS = ['zstd', 'snappy', 'gzip', 'none'] as const;
export const TEXT_COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;

/** The form of the files of a table. */
const tableFile = z.discriminatedUnion('format', [
  z.strictObject({
    format: z.literal('parquet'),
    compression: z.enum(PARQUET_COMPRESSIONS),
    /** Bytes of values in a row group, before they are encoded. */
    rowGroupBytes: count,
  }),
  z.strictObject({
    format: z.literal('csv'),
    compression: z.enum(TEXT_COMPRESSIONS),
    /** Whether each file begins with the names of the columns. */
    header: z.boolean(),
    delimiter: z.string(),
    ...singleSpec,
  }),
  z.strictObject({ format: z.literal('jsonl'), compression: z.enum(TEXT_COMPRESSIONS) }),
  /** Rows of a table of a database; what is stored are receipts. */
  z.strictObject({
    format: z.literal('postgres'),
    connection: z.string(),
    schema: z.string(),
    table: z.string(),
  }),
]);

/** Files of a table. @see docs/tables.md */
export const tableSpec = z.strictObject({
  kind: z.literal('table'),
  file: tableFile,
  /** Columns whose values are folders, `name=value/`; the files lack them. */
  partitionBy: z.optional(z.array(z.string()).check(z.minLength(1))),
  /** What this generation has for readers that do not know manifests. */
  companions: z.optional(z.array(z.enum(COMPANIONS))),
});

export type TableSpec = Readonly<z.infer<typeof tableSpec>>;
