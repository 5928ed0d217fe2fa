import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';

/** The version of an object or source that a run is bound to: every read is made on condition that it is still this one. */
export const sourcePin = z.strictObject({
  /** `s3://bucket/key`, or `s3://bucket/prefix/` of a source of several objects. */
  uri: z.string(),
  /** Without quotes; of several objects the first 128 bits of SHA-256 over all their pins. */
  etag: z.string(),
  versionId: z.nullable(z.string()),
  /** Bytes; of several objects the sum. */
  size: count,
});

export type SourcePin = Readonly<z.infer<typeof sourcePin>>;
