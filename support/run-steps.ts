import { readLines } from '#aws/objects.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { parseWriteInput } from '#core/run/write-input.ts';
import { createHandler as createFinalize } from '#lambdas/finalize/handler.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import type { Clients } from './local-services.ts';
import { type Stores, stepDeps } from './step-deps.ts';

/** What the steps decided: that the run was complete already, or which generation it became. */
type StepsResult = 'complete' | number;

/** Plans a request as the workflow does, by the clients of one process. */
export async function planRun(
  clients: Clients,
  stores: Stores,
  request: object,
): Promise<PlanResult> {
  const input = { request, executionId: 'execution' };
  return await createPlan(stepDeps(clients, stores))(input, new AbortController().signal);
}

/** Writes the chunks of a planned run, one after the other. @returns the run's header */
export async function writeRun(
  clients: Clients,
  stores: Stores,
  planned: PlanResult,
): Promise<RunHeader> {
  if (planned.decision !== 'write') throw new Error(`the plan is to ${planned.decision}`);
  const { run, plan } = planned;
  const room = { kernel: undefined, buffers: undefined };
  const write = createWrite({ ...stepDeps(clients, stores), room });
  for await (const line of readLines(clients.s3, plan.bucket, plan.key)) {
    const chunk = parsePlanLine(line);
    await write(parseWriteInput({ run, chunk }), new AbortController().signal);
  }
  return run;
}

/** Does what the workflow does after Plan, one chunk after the other. */
export async function finishRun(
  clients: Clients,
  stores: Stores,
  planned: PlanResult,
): Promise<StepsResult> {
  if (planned.decision === 'complete') return planned.decision;
  const run = await writeRun(clients, stores, planned);
  const finalize = createFinalize(stepDeps(clients, stores));
  return (await finalize({ run }, new AbortController().signal)).generation;
}

/** Does what the workflow does with a request. */
export async function runSteps(
  clients: Clients,
  stores: Stores,
  request: object,
): Promise<StepsResult> {
  return await finishRun(clients, stores, await planRun(clients, stores, request));
}
