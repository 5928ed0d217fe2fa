import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';

/** Those of every kind of output. */
const ROW_MODES = ['create', 'append', 'overwrite'] as const;

/**
 * What becomes of the rows that lie at an output already: there may be none, those of the request
 * come after them, or replace them for whoever reads the manifest: all, or those of the partitions
 * that the request has itself.
 */
export const OUTPUT_MODES = [...ROW_MODES, 'overwrite-partitions'] as const;

export type OutputMode = (typeof OUTPUT_MODES)[number];

const MODE_ERROR = "'create', 'append' or 'overwrite'";
const TABLE_MODE_ERROR = "'create', 'append', 'overwrite' or 'overwrite-partitions'";

const URI_ERROR = 'an S3 URI such as s3://bucket/folder/';

/** Fields of a request's `output` section that every kind of output has: where its chunks go. */
export const OUTPUT_PLACE = {
  uri: z.optional(z.string({ error: URI_ERROR }).check(z.regex(S3_URI, { error: URI_ERROR }))),
  mode: z.optional(z.enum(ROW_MODES, { error: MODE_ERROR })),
  /** The word before there were modes. */
  append: z.optional(z.never({ error: "left out: say mode 'append' instead" })),
};

/** {@link OUTPUT_PLACE} of a table, which may have partitions. */
export const TABLE_PLACE = {
  ...OUTPUT_PLACE,
  mode: z.optional(z.enum(OUTPUT_MODES, { error: TABLE_MODE_ERROR })),
};
