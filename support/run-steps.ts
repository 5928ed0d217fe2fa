import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { readLines } from '#aws/objects.ts';
import { parsePlanLine } from '#core/run/planned-chunk.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { createHandler as createFinalize } from '#lambdas/finalize/handler.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import type { Clients, LocalServices } from './local-services.ts';

/** The bucket and the table that steps work on. */
type Stores = Pick<LocalServices, 'bucket' | 'table'>;

/** What the steps decided: that the run was complete already, or which generation it became. */
type StepsResult = 'complete' | number;

function depsOf({ s3, dynamo }: Clients, { table }: Stores) {
  return {
    ...{ s3, dynamo, ledgerTable: table, now: () => new Date() },
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test' }),
  };
}

/** Plans a request as the workflow does, by the clients of one process. */
export async function planRun(
  clients: Clients,
  stores: Stores,
  request: object,
): Promise<PlanResult> {
  const deps = { ...depsOf(clients, stores), outputBucket: stores.bucket, requestDefaults: {} };
  return await createPlan(deps)(
    { request, executionId: 'execution' },
    new AbortController().signal,
  );
}

/** Does what the workflow does after Plan, one chunk after the other. */
export async function finishRun(
  clients: Clients,
  stores: Stores,
  planned: PlanResult,
): Promise<StepsResult> {
  if (planned.decision === 'complete') return planned.decision;
  if (planned.decision !== 'write') throw new Error(`the plan is to ${planned.decision}`);
  const { signal } = new AbortController();
  const { run, plan } = planned;
  const deps = depsOf(clients, stores);
  const write = createWrite({ ...deps, room: { kernel: undefined, buffers: undefined } });
  for await (const line of readLines(clients.s3, plan.bucket, plan.key)) {
    await write({ run, chunk: parsePlanLine(line) }, signal);
  }
  return (await createFinalize(deps)({ run }, signal)).generation;
}

/** Does what the workflow does with a request. */
export async function runSteps(
  clients: Clients,
  stores: Stores,
  request: object,
): Promise<StepsResult> {
  return await finishRun(clients, stores, await planRun(clients, stores, request));
}
