import type { S3Client } from '#aws/clients/s3.ts';
import { findFailedChild } from '#aws/map-failures.ts';
import { RESULTS_FOLDER } from '#core/contract.ts';
import { MAP_FAILURE } from '#core/failure/failed-child.ts';
import { stageResultsPrefix } from '#core/run/output-keys.ts';
import type { OutputLocation } from '#core/run/run-fields.ts';
import { ExecutionFailed } from './execution-failed.ts';

/**
 * Replaces the error of a whole Map by that of the child that failed: a writer, or what prepared
 * the source.
 *
 * @returns the given error when it is another one, or when the results name no child.
 */
export async function explainFailure(
  client: S3Client,
  { bucket, prefix }: OutputLocation,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ExecutionFailed) || error.name !== MAP_FAILURE) return error;
  const written = { bucket, prefix: `${prefix}${RESULTS_FOLDER}/` };
  const staged = { bucket, prefix: stageResultsPrefix(error.executionArn) };
  const child = (await findFailedChild(client, staged)) ?? (await findFailedChild(client, written));
  if (child === undefined) return error;
  return new ExecutionFailed(child.name, `${child.what}: ${child.message}`, error.executionArn);
}
