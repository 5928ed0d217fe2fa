import type { S3Client } from '#aws/clients/s3.ts';
import { s3ObjectStore } from '#aws/s3-object-store.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { MatrixRun } from '#core/run/matrix-run.ts';
import { columnNamesKey, outputUri } from '#core/run/output-keys.ts';
import { jsonNames } from '#core/sparse/names/json-names.ts';
import { checkedNames } from '#core/sparse/names/names-text.ts';
import type { Names } from '#core/sparse/names.ts';
import { openOwn } from '#lambdas/shared/open-own.ts';

/**
 * Opens the names of the columns that Plan wrote, if a chunk begins with them. One HEAD.
 *
 * @returns undefined if it does not, or if the columns have no names.
 * @throws {SourceNotFoundError} the object is gone.
 */
export async function openPlannedNames(
  s3: S3Client,
  { facts: { columnNames }, output, location, base }: MatrixRun,
  index: number,
  signal: AbortSignal,
): Promise<Names | undefined> {
  if (columnNames === undefined || !matrixOutputOf(output).beginsWithNames(index)) return undefined;
  const store = s3ObjectStore(s3, signal);
  const uri = outputUri(location, columnNamesKey(location.prefix, base.since));
  return checkedNames(jsonNames(await openOwn(store, uri)), columnNames);
}
