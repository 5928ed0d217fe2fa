import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { isTableRun, type RunHeader } from '#core/run/run-header.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { assertExpectedRows } from '#core/tables/run/expected-rows.ts';
import { keptOf, outputColumns } from '#core/tables/run/table-layout.ts';
import { openLedger } from '#lambdas/shared/open-ledger.ts';
import { readLayout } from '#lambdas/shared/read-layout.ts';
import type { FinalizeDeps } from './finalize-deps.ts';

/** Rows that the writers of a table have counted. */
async function recordedRows(deps: FinalizeDeps, run: TableRun) {
  let rows = 0;
  let rejected = 0;
  for await (const record of openLedger(deps, run).chunks()) {
    if (record.status !== 'done') continue;
    rows += record.recordCount ?? 0;
    rejected += record.counts['rejected'] ?? 0;
  }
  return { rows, rejected };
}

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
  const counted = await recordedRows(deps, run);
  const isTransformed = layout.transform !== undefined;
  assertExpectedRows(run.expectedRows, { ...counted, isTransformed });
  return { ...run, rows: counted.rows, columns: outputColumns(layout), read: keptOf(layout) };
}
