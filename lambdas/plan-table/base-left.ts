import { BoundExceededError } from '#core/errors.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import { MAX_KEY_BYTES } from '#core/run/output-keys.ts';
import type { RunBase } from '#core/run/run-fields.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { readKept } from '#lambdas/shared/read-kept.ts';
import type { PlacedTable } from './placed-table.ts';

/** A partitioned table, whose folders are known. */
type Partitioned = Omit<PlacedTable, 'executionId'>;

/** @throws {BoundExceededError} a file would have a longer key than S3 has. */
function assertKeysFit({ bound, placement }: Partitioned, folders: readonly string[]): void {
  const { request, location } = bound;
  const { base } = placement;
  const output = tableOutput(tableSpecOf(request));
  for (const folder of folders) {
    const key = chunkKeyBy(output, { location, base }, 0, folder);
    const bytes = Buffer.byteLength(key);
    if (bytes <= MAX_KEY_BYTES) continue;
    throw new BoundExceededError(
      `the files of partition ${folder} would have keys of ${bytes} bytes, at most ${MAX_KEY_BYTES} are allowed; give a shorter output.uri, or let transform.sql shorten the values`,
    );
  }
}

/**
 * What the rows of a partitioned table come after: of a set whose partitions are replaced, what
 * stays.
 *
 * @param folders of the partitions of the run.
 * @throws {BoundExceededError} a file would have a longer key than S3 has.
 * @throws {ManifestError} the generation before is damaged, of which partitions are replaced.
 */
export async function baseLeft(
  { s3 }: PlanDeps,
  partitioned: Partitioned,
  folders: readonly string[],
  signal: AbortSignal,
): Promise<RunBase> {
  assertKeysFit(partitioned, folders);
  const { bound, placement } = partitioned;
  const { base, generation } = placement;
  if (base.replaces === undefined) return base;
  const run = { generation, location: bound.location, output: tableSpecOf(bound.request) };
  const { chunks, rows } = (await readKept(s3, run, new Set(folders), signal)).kept;
  return { ...base, chunks, rows };
}
