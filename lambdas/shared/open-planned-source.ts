import type { S3Client } from '#aws/clients/s3.ts';
import { readText } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { IncompleteRunError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { StartedRun } from '#core/run/ledger-records.ts';
import { layoutKey, outputUri } from '#core/run/output-keys.ts';
import { type OpenedSource, openSource, parseLayout } from '#core/sources/open-source.ts';

/**
 * Opens the source of a run by the layout that Plan wrote. One GET of about 1 KB per part.
 *
 * @param store has its objects. @default S3
 * @throws {IncompleteRunError} the layout is missing.
 */
export async function openPlannedSource(
  s3: S3Client,
  { source, location, generation }: Omit<StartedRun, 'runId'>,
  signal: AbortSignal,
  store: Pick<ObjectStore, 'open'> = s3ObjectStore(s3, signal),
): Promise<OpenedSource> {
  const key = layoutKey(location.prefix, generation);
  const text = await readText(s3, location.bucket, key, signal);
  if (text === undefined) {
    throw new IncompleteRunError(`${outputUri(location, key)} is gone; start the run again`);
  }
  return openSource(source.uri, parseLayout(text), store);
}
