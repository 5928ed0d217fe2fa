import { createObject } from '#aws/create-only.ts';
import { RESULTS_FOLDER } from '#core/contract.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import { columnNamesKey, layoutKey, planKey } from '#core/run/output-keys.ts';
import { planLine } from '#core/run/plan-line.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { namesText } from '#core/sparse/names/names-text.ts';
import { claimGeneration } from '#lambdas/shared/claim.ts';
import { singleUpload } from '#lambdas/shared/open-upload.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { PlanCount } from './plan-count.ts';
import type { ReadyRun } from './ready-run.ts';

/** A run whose chunks are predicted. */
interface CountedRun {
  readonly ready: ReadyRun;
  readonly count: PlanCount;
}

/** Writes plan, claim, names of columns and layout. @returns how many chunks are planned */
async function writeObjects(
  { s3 }: PlanDeps,
  { ready, count }: CountedRun,
  signal: AbortSignal,
): Promise<number> {
  const { location, runId, generation, base, layout, request, columnNames } = ready;
  const { bucket, prefix } = location;
  let chunks = 0;
  const lines = async function* () {
    for await (const chunk of count.chunks()) {
      chunks += 1;
      yield planLine(chunk);
    }
    // All rows are planned, so what says where they lie is sound. The plan appears when this
    // generator ends.
    const { mode } = request.output;
    await claimGeneration(s3, { runId, location, generation, mode }, signal);
    const json = { bucket, contentType: 'application/json' };
    if (columnNames !== undefined) {
      const target = { ...json, key: columnNamesKey(prefix, base.since) };
      await createObject(s3, target, namesText(columnNames), signal);
    }
    const target = { ...json, key: layoutKey(prefix, generation) };
    await createObject(s3, target, [JSON.stringify(layout)], signal);
  };
  const key = planKey(prefix, generation);
  const target = { bucket, key, contentType: 'application/x-ndjson' };
  await createObject(s3, target, lines(), signal);
  return chunks;
}

/**
 * Writes the plan of a run: records its start in the ledger, claims its generation, and writes the
 * names of the columns, the layout and then the plan. Nothing is written unless all of what says
 * where rows lie is sound.
 *
 * @param executionId ARN of the execution that works on the run.
 * @throws {OutputConflictError} another run claimed the output.
 */
export async function writePlan(
  deps: PlanDeps,
  { ready, count, executionId }: CountedRun & { readonly executionId: string },
  signal: AbortSignal,
): Promise<PlanResult> {
  const { request, runId, location, generation, source, facts, base } = ready;
  const output = request.output.spec;
  const kind = matrixOutputOf(output);
  const single = await singleUpload(deps.s3, ready, kind, chunkKeyBy(kind, ready, 0));
  const { upload } = single;
  const ledger = deps.openLedger({ ...ready, upload });
  await ledger.startRun(ready.identity, executionId, {
    runId,
    source,
    location,
    generation,
    upload,
  });
  const chunks = await writeObjects(deps, { ready, count }, signal);
  deps.logger.info('plan written', { chunks, location });
  return {
    decision: 'write',
    run: {
      ...{ runId, source, facts, output, location, generation, base, chunks },
      ...(await single.open(chunks)),
    },
    plan: { bucket: location.bucket, key: planKey(location.prefix, generation) },
    resultsPrefix: `${location.prefix}${RESULTS_FOLDER}`,
    concurrency: request.concurrency,
    summary: count.summary(),
  };
}
