import * as z from 'zod/mini';
import { S3_URI } from '#core/objects/s3-uri.ts';

const URI_ERROR = 'an S3 URI such as s3://bucket/folder/';

/** Fields of a request's `output` section that every kind of output has: where its chunks go. */
export const OUTPUT_PLACE = {
  uri: z.optional(z.string({ error: URI_ERROR }).check(z.regex(S3_URI, { error: URI_ERROR }))),
  append: z.optional(z.boolean({ error: 'true or false' })),
};
