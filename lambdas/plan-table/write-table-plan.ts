import { createObject } from '#aws/create-only.ts';
import { RESULTS_FOLDER } from '#core/contract.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import { layoutKey, objectsKey, planKey, sharesKey } from '#core/run/output-keys.ts';
import { planLine } from '#core/run/plan-line.ts';
import { attemptOf } from '#core/run/run-fields.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import type { TableRun } from '#core/run/table-run.ts';
import { claimGeneration } from '#lambdas/shared/claim.ts';
import { singleUpload } from '#lambdas/shared/open-upload.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { pricesOf } from '#lambdas/shared/plan-prices.ts';
import type { ReadyTable } from './checked-table.ts';
import { summarizeTable } from './table-summary.ts';
import { takeIn } from './take-in.ts';

const LINES = 'application/x-ndjson';

/** Whether the rows go into a database. */
function isLoaded({ file }: TableSpec): boolean {
  return file.format === 'postgres';
}

function headerOf(ready: ReadyTable): TableRun {
  const { runId, source, facts, location, generation, base, request, planned } = ready;
  const { rows } = request.expect;
  const { mode, hidden } = request.place;
  const output = tableSpecOf(request);
  return {
    ...{ runId, source, facts, location, generation, base },
    output,
    chunks: planned.chunks.length,
    ...(ready.chosenFor !== undefined && { isInbox: true }),
    ...(rows !== undefined && { expectedRows: rows }),
    ...('scattered' in planned && { scattered: planned.scattered }),
    ...(isLoaded(output) && { mode, ...(hidden && { hidden }) }),
  };
}

/**
 * Writes the plan of a table: records the start of the run in the ledger, claims its generation,
 * and writes the list of objects, what files gather, the layout and then the plan.
 *
 * @param executionId ARN of the execution that works on the run.
 * @throws {OutputConflictError} another run claimed the output.
 */
export async function writeTablePlan(
  deps: PlanDeps,
  { ready, executionId }: { readonly ready: ReadyTable; readonly executionId: string },
  signal: AbortSignal,
): Promise<PlanResult> {
  const { s3, logger } = deps;
  const { runId, location, generation, source, request, objects, planned, claimant } = ready;
  const { bucket, prefix } = location;
  const attempt = attemptOf(ready);
  const kind = tableOutput(tableSpecOf(request));
  const single = await singleUpload(s3, ready, kind, chunkKeyBy(kind, ready, 0));
  const { upload } = single;
  const started = { runId, source, location, generation, claimant, upload };
  const ledger = deps.openLedger({ ...ready, upload });
  await ledger.startRun(ready.identity, executionId, started);
  await takeIn(deps, ready, signal);
  await claimGeneration(s3, { ...started, mode: request.place.mode }, signal);
  const list = { bucket, key: objectsKey(prefix, generation, attempt), contentType: LINES };
  await createObject(s3, list, objects.pieces(), signal);
  if ('shares' in planned) {
    const key = sharesKey(prefix, generation, attempt);
    await createObject(s3, { bucket, key, contentType: LINES }, planned.shares(), signal);
  }
  const layout = {
    bucket,
    key: layoutKey(prefix, generation, attempt),
    contentType: 'application/json',
  };
  const { stands } = ready;
  if (!stands?.layout) {
    await createObject(s3, layout, [JSON.stringify(planned.layout)], signal);
  }
  const plan = { bucket, key: planKey(prefix, generation, attempt) };
  if (!stands?.chunks) {
    await createObject(s3, { ...plan, contentType: LINES }, planned.chunks.map(planLine), signal);
  }
  logger.info('plan written', { chunks: planned.chunks.length, location });
  return {
    decision: isLoaded(tableSpecOf(request)) ? 'load' : 'write',
    run: { ...headerOf(ready), ...(await single.open(planned.chunks.length)) },
    plan,
    resultsPrefix: `${prefix}${RESULTS_FOLDER}`,
    concurrency: request.concurrency,
    summary: summarizeTable(ready, pricesOf(deps)),
  };
}
