import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { parseTableRequest } from '#core/request/table-request.ts';
import { type BoundTable, bindTable } from '#core/run/bind-table.ts';
import type { InboxWaits, PlanInput } from '#core/run/step-messages.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { SetAside } from '#tables/choose-batch.ts';
import { tickInbox } from './inbox-tick.ts';
import { keptObjects } from './kept-objects.ts';

/** A table bound to its objects, and what is known of them where an inbox chose them. */
export interface BoundObjects extends BoundTable {
  /** The generation that they were chosen for. */
  readonly chosenFor?: number;
  readonly setAside: readonly SetAside[];
}

/**
 * Binds the request of a table to objects: those that an inbox takes in, those of the Stage round
 * before, else those that are there now.
 *
 * @returns what waits where an inbox takes nothing in.
 */
export async function bindObjects(
  deps: PlanDeps & OwnFunctions,
  { request: input, pins }: PlanInput,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<BoundObjects | InboxWaits> {
  const { s3, outputBucket, requestDefaults } = deps;
  const deployment = { ...deps, engine: engineVersion(), functions: digestsOf(deps.functions) };
  const request = parseTableRequest(input, requestDefaults);
  if (request.source.inbox !== undefined) {
    const tick = await tickInbox(deps, request, signal);
    if (!('pins' in tick)) return tick;
    const { generation: chosenFor, setAside } = tick;
    return { ...(await bindTable(input, deployment, store, tick.pins)), chosenFor, setAside };
  }
  const kept = pins ? keptObjects(s3, { bucket: outputBucket, key: pins }, signal) : undefined;
  return { ...(await bindTable(input, deployment, store, kept)), setAside: [] };
}
