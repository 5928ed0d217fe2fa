import { listObjects, readText } from '#aws/objects.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { UploadConflictError } from '#core/errors.ts';
import { scatterKeys, shuffleFolder } from '#core/run/output-keys.ts';
import type { ScatterPlan } from '#core/run/scatter-table-input.ts';
import { parseScatterIndex, type ScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';

const READS_AT_ONCE = 32;

/** Whether every mapper has written its index. */
export async function isScattered(
  { s3, outputBucket }: PlanDeps,
  runId: string,
  { mappers }: ScatterPlan,
  signal: AbortSignal,
): Promise<boolean> {
  const prefix = `${shuffleFolder(runId)}index/`;
  const found = await Array.fromAsync(listObjects(s3, outputBucket, prefix, signal));
  const indexes = new Set(found.map(({ key }) => key));
  const all = Array.from({ length: mappers }, (_, mapper) => scatterKeys(runId, mapper).index);
  return all.every((key) => indexes.has(key));
}

/** Only another execution of a run removes what its mappers wrote. */
export function goneIndex(uri: string): UploadConflictError {
  return new UploadConflictError(`${uri} is gone: another execution of this run was faster`);
}

/**
 * The indexes of all mappers of a run, in the order of their slices.
 *
 * @throws {UploadConflictError} one is gone, as another execution has finished the run.
 */
export function readIndexes(
  { s3, outputBucket }: PlanDeps,
  runId: string,
  { mappers }: ScatterPlan,
  signal: AbortSignal,
): AsyncGenerator<ScatterIndex> {
  const tasks = Array.from({ length: mappers }, (_, mapper) => async () => {
    const key = scatterKeys(runId, mapper).index;
    const text = await readText(s3, outputBucket, key, signal);
    const uri = `s3://${outputBucket}/${key}`;
    if (text !== undefined) return parseScatterIndex(text, uri);
    throw goneIndex(uri);
  });
  return inOrder(tasks, READS_AT_ONCE);
}

/** Bytes of output for a byte that was scattered: as Parquet it is the same form. */
export function ratioOf(
  { output, predictedBytes }: ScatterPlan,
  mappers: readonly Pick<ScatterIndex, 'size'>[],
): number {
  const bytes = mappers.reduce((sum, { size }) => sum + size, 0);
  return output.file.format === 'parquet' || bytes === 0 ? 1 : predictedBytes / bytes;
}
