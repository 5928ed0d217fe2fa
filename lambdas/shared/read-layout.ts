import type { S3Client } from '#aws/clients/s3.ts';
import { readText } from '#aws/objects.ts';
import { IncompleteRunError } from '#core/errors.ts';
import { layoutKey, outputUri } from '#core/run/output-keys.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { parseTableLayout, type TableLayout } from '#core/tables/run/table-layout.ts';

/**
 * Reads how a run of a table reads its objects, as PlanTable wrote it.
 *
 * @throws {IncompleteRunError} it is missing.
 */
export async function readLayout(
  s3: S3Client,
  run: Parameters<typeof attemptOf>[0] & Pick<TableRun, 'location'>,
  signal: AbortSignal,
): Promise<TableLayout> {
  const { location, generation } = run;
  const key = layoutKey(location.prefix, generation, attemptOf(run));
  const text = await readText(s3, location.bucket, key, signal);
  if (text !== undefined) return parseTableLayout(text);
  throw new IncompleteRunError(`${outputUri(location, key)} is gone; start the run again`);
}
