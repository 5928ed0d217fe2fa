import { readText } from '#aws/objects.ts';
import { IncompleteRunError } from '#core/errors.ts';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { layoutKey, outputUri } from '#core/run/output-keys.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import { isTableRun, type RunHeader } from '#core/run/run-header.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { assertExpectedRows } from '#core/tables/run/expected-rows.ts';
import { keptOf, outputColumns, parseTableLayout } from '#core/tables/run/table-layout.ts';
import { openLedger } from '#lambdas/shared/open-ledger.ts';
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
  const { location, generation } = run;
  const key = layoutKey(location.prefix, generation, attemptOf(run));
  const text = await readText(deps.s3, location.bucket, key, signal);
  if (text === undefined) {
    throw new IncompleteRunError(`${outputUri(location, key)} is gone; start the run again`);
  }
  const layout = parseTableLayout(text);
  const counted = await recordedRows(deps, run);
  const isTransformed = layout.transform !== undefined;
  assertExpectedRows(run.expectedRows, { ...counted, isTransformed });
  return { ...run, rows: counted.rows, columns: outputColumns(layout), read: keptOf(layout) };
}
