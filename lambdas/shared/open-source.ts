import type { S3Client } from '#aws/clients.ts';
import { readText } from '#aws/objects.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { IncompleteRunError } from '#core/errors.ts';
import type { StartedRun } from '#core/run/ledger-records.ts';
import { layoutKey, outputUri } from '#core/run/output-keys.ts';
import { openLayout } from '#core/sparse/layout/open-layout.ts';
import { parseLayout } from '#core/sparse/layout/parse-layout.ts';
import type { Matrix } from '#core/sparse/matrix.ts';

/**
 * Opens the source of a run by the layout that Plan wrote. One GET of about 1 KB a part.
 *
 * @throws {IncompleteRunError} the layout is gone.
 */
export async function openSource(
  s3: S3Client,
  { source, output, generation }: Omit<StartedRun, 'runId'>,
  signal: AbortSignal,
): Promise<Matrix> {
  const key = layoutKey(output.prefix, generation);
  const text = await readText(s3, output.bucket, key, signal);
  if (text === undefined) {
    throw new IncompleteRunError(`${outputUri(output, key)} is gone; start the run again`);
  }
  return openLayout(source.uri, parseLayout(text), s3ObjectStore(s3, signal));
}
