import * as z from 'zod/mini';
import { count } from '#core/schemas/count.ts';

/**
 * The version of an object or a source that a run is bound to. Every read is made on the condition
 * that the object still has this version.
 */
export const sourcePin = z.strictObject({
  /** `s3://bucket/key`; for a source of several objects `s3://bucket/prefix/`. */
  uri: z.string(),
  /** Without quotes; for several objects the first 128 bits of SHA-256 over all their pins. */
  etag: z.string(),
  /** Of an object in a bucket that keeps versions, and then every read names it. */
  versionId: z.nullable(z.string()),
  /** Bytes; for several objects their sum. */
  size: count,
});

export type SourcePin = Readonly<z.infer<typeof sourcePin>>;
