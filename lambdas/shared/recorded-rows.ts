import type { TableRun } from '#core/run/table-run.ts';
import { assertExpectedRows } from '#core/tables/run/expected-rows.ts';
import type { TableLayout } from '#core/tables/run/table-layout.ts';
import type { LedgerDeps } from './open-ledger.ts';

/** Rows that the writers of a table have counted. Reads the ledger of the run. */
async function countRows(deps: LedgerDeps, run: TableRun) {
  let rows = 0;
  let rejected = 0;
  for await (const record of deps.openLedger(run).chunks()) {
    if (record.status !== 'done') continue;
    rows += record.recordCount ?? 0;
    rejected += record.counts['rejected'] ?? 0;
  }
  return { rows, rejected };
}

/**
 * Rows of a run once all of its chunks are written.
 *
 * @throws {ExpectationError} they are not what the request expects.
 */
export async function recordedRows(
  deps: LedgerDeps,
  run: TableRun,
  layout: TableLayout,
): Promise<number> {
  const counted = await countRows(deps, run);
  assertExpectedRows(run.expectedRows, {
    ...counted,
    isTransformed: layout.transform !== undefined,
  });
  return counted.rows;
}
