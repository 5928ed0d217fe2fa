import { readLines } from '#aws/objects.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { RunHeader } from '#core/run/run-header.ts';
import { parseScatterTask } from '#core/run/scatter-table-input.ts';
import type { PlanResult } from '#core/run/step-messages.ts';
import { parseWriteInput } from '#core/run/write-input.ts';
import { parseWriteTableInput } from '#core/run/write-table-input.ts';
import { createHandler as createFinalize } from '#lambdas/finalize/handler.ts';
import { createHandler as createPlan } from '#lambdas/plan/handler.ts';
import { createHandler as createWrite } from '#lambdas/write/handler.ts';
import type { Clients } from './local-services.ts';
import { type Stores, stepDeps } from './step-deps.ts';

/**
 * What the steps decided: that the run was complete already, that an inbox waits, or which
 * generation the run became.
 */
type StepsResult = 'complete' | 'waiting' | number;

/** Loaded only where there is a table: they need the engine. */
async function tableSteps() {
  const [plan, scatter, write] = await Promise.all([
    import('#lambdas/plan-table/handler.ts'),
    import('#lambdas/scatter-table/handler.ts'),
    import('#lambdas/write-table/handler.ts'),
  ]);
  return { plan: plan.createHandler, scatter: scatter.createHandler, write: write.createHandler };
}

/** The step that writes the chunks of a run; its input is parsed as a function does. */
async function writerOf(run: RunHeader, deps: ReturnType<typeof stepDeps>) {
  if (run.facts.kind === 'table') {
    const write = (await tableSteps()).write(deps);
    return (input: unknown, signal: AbortSignal) => write(parseWriteTableInput(input), signal);
  }
  const write = createWrite({ ...deps, room: { kernel: undefined, buffers: undefined } });
  return (input: unknown, signal: AbortSignal) => write(parseWriteInput(input), signal);
}

/** Plans a request as the workflow does, by the clients of one process. */
export async function planRun(
  clients: Clients,
  stores: Stores,
  request: object,
): Promise<PlanResult> {
  const input = { request, executionId: 'execution' };
  const deps = { ...stepDeps(clients, stores), connections: stores.connections ?? [] };
  const { signal } = new AbortController();
  const planned = await createPlan(deps)(input, signal);
  if (planned.decision !== 'table' && planned.decision !== 'database') return planned;
  const { plan, scatter } = await tableSteps();
  const first = await plan(deps)(input, signal);
  if (first.decision !== 'scatter') return first;
  const { bucket, key } = first.plan;
  for await (const line of readLines(clients.s3, bucket, key)) {
    await scatter(deps)(parseScatterTask(JSON.parse(line)), signal);
  }
  return await plan(deps)({ ...input, pins: first.pins }, signal);
}

/** Writes the chunks of a planned run, one after the other. @returns the run's header */
export async function writeRun(
  clients: Clients,
  stores: Stores,
  planned: PlanResult,
): Promise<RunHeader> {
  if (planned.decision !== 'write') throw new Error(`the plan is to ${planned.decision}`);
  const { run, plan } = planned;
  const write = await writerOf(run, stepDeps(clients, stores));
  for await (const line of readLines(clients.s3, plan.bucket, plan.key)) {
    await write({ run, chunk: parsePlanLine(line) }, new AbortController().signal);
  }
  return run;
}

/** Proves and publishes a run that was written. @returns its generation */
export async function finalizeRun(
  clients: Clients,
  stores: Stores,
  run: RunHeader,
): Promise<number> {
  const finalize = createFinalize(stepDeps(clients, stores));
  return (await finalize({ run }, new AbortController().signal)).generation;
}

/** Does what the workflow does after Plan, one chunk after the other. */
export async function finishRun(
  clients: Clients,
  stores: Stores,
  planned: PlanResult,
): Promise<StepsResult> {
  const { decision } = planned;
  if (decision === 'complete' || decision === 'waiting') return decision;
  return await finalizeRun(clients, stores, await writeRun(clients, stores, planned));
}

/** Does what the workflow does with a request. */
export async function runSteps(
  clients: Clients,
  stores: Stores,
  request: object,
): Promise<StepsResult> {
  return await finishRun(clients, stores, await planRun(clients, stores, request));
}
