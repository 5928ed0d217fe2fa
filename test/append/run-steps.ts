import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { readLines } from '#aws/objects.ts';
import { parsePlanLine } from '#core/run.ts';
import { createHandler as createFinalize } from '#lambdas/finalize/handler.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import type { Clients, LocalServices } from '#test/support/local-services.ts';

/** What the steps decided: that a run was complete already, or which generation it became. */
export type StepsResult = 'complete' | number;

/** Does what the workflow does with a request, one step after the other, by the clients of one process. */
export async function runSteps(
  { s3, dynamo }: Clients,
  { bucket, table }: Pick<LocalServices, 'bucket' | 'table'>,
  request: object,
): Promise<StepsResult> {
  const { signal } = new AbortController();
  const instruments = {
    logger: new Logger({ logLevel: 'SILENT' }),
    metrics: new Metrics({ namespace: 'test' }),
  };
  const deps = { ...instruments, s3, dynamo, ledgerTable: table, now: () => new Date() };
  const plan = createPlan({ ...deps, outputBucket: bucket, requestDefaults: {} });
  const planned = await plan({ request, executionId: 'execution' }, signal);
  if (planned.decision === 'complete') return planned.decision;
  if (planned.decision !== 'write') throw new Error(`the plan is to ${planned.decision}`);
  const { run, plan: file } = planned;
  const write = createWrite({ ...deps, kernel: undefined });
  for await (const line of readLines(s3, file.bucket, file.key)) {
    await write({ run, chunk: parsePlanLine(line) }, signal);
  }
  return (await createFinalize(deps)({ run }, signal)).generation;
}
