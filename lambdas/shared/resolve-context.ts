import type { S3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import type { ResolveContext } from '#core/sources/resolve-source.ts';
import { s3StagedFor } from './text-indexes.ts';

/** Resolves sources in S3; what is staged lies in the output bucket. */
export function resolveContext(
  s3: S3Client,
  outputBucket: string,
  { options, withRowNames, labels }: Pick<ResolveContext, 'options' | 'withRowNames' | 'labels'>,
  signal: AbortSignal,
): ResolveContext {
  return {
    options,
    ...(withRowNames && { withRowNames }),
    labels,
    store: s3ObjectStore(s3, signal),
    stagedFor: s3StagedFor(s3, outputBucket, signal),
  };
}
