import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { isTableRun, type RunHeader } from '#core/run/run-header.ts';
import { keptOf, outputColumns } from '#core/tables/run/table-layout.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import { recordedRows } from '#lambdas/shared/recorded-rows.ts';
import type { FinalizeDeps } from './finalize-deps.ts';

/**
 * Adds what is known of a run when all of its chunks are written. Reads the ledger of a table once
 * more, and its layout.
 *
 * @throws {ExpectationError} a table has other than the expected rows.
 */
export async function countedRun(
  deps: FinalizeDeps,
  run: RunHeader,
  signal: AbortSignal,
): Promise<CountedRun> {
  if (!isTableRun(run)) return { ...run, rows: run.facts.shape[0] };
  const layout = await readLayout(deps.s3, run, signal);
  const rows = await recordedRows(deps, run, layout);
  return { ...run, rows, columns: outputColumns(layout), read: keptOf(layout) };
}
