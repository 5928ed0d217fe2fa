import { readLines } from '#aws/objects.ts';
import type { LoginDeps } from '#aws/postgres/postgres-login.ts';
import { ServiceUnavailableError } from '#core/errors.ts';
import { parseLoadTableInput } from '#core/run/load-table-input.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import { createHandler as createLoad } from '#lambdas/load-table/handler.ts';
import type { Clients } from './local-services.ts';
import { finalizeRun, planRun } from './run-steps.ts';
import { type Stores, stepDeps } from './step-deps.ts';

/** Tries of one step, as the workflow has several where a service cannot be reached. */
const TRIES = 3;

async function triedAgain<T>(step: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await step();
    } catch (error) {
      if (tried === TRIES || !(error instanceof ServiceUnavailableError)) throw error;
    }
  }
}

/**
 * Does what the workflow does with a request that loads a table of a database, one chunk after the
 * other, by the clients of one process.
 *
 * @returns the generation, or that the run was complete already.
 */
export async function loadSteps(
  clients: Clients,
  stores: Stores,
  logins: LoginDeps,
  request: object,
): Promise<'complete' | number> {
  const connections = Object.keys(logins.connections);
  const planned = await planRun(clients, { ...stores, connections }, request);
  if (planned.decision === 'complete') return 'complete';
  if (planned.decision !== 'load') throw new Error(`the plan is to ${planned.decision}`);
  const { run, plan } = planned;
  const load = createLoad({ ...stepDeps(clients, stores), ...logins });
  const does = (input: object) =>
    triedAgain(() => load(parseLoadTableInput({ run, ...input }), new AbortController().signal));
  await does({ task: 'prepare' });
  for await (const line of readLines(clients.s3, plan.bucket, plan.key)) {
    await does({ task: 'chunk', chunk: parsePlanLine(line) });
  }
  await does({ task: 'publish' });
  return await finalizeRun(clients, stores, run);
}
