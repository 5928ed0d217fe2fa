import { engineVersion } from '@sparse-fanout/engine/engine-version.ts';
import { digestsOf } from '@sparse-fanout/engine/function-module.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { parseTableRequest, type TableRequest } from '#core/request/table-request.ts';
import { type BoundTable, bindTable } from '#core/run/bind-table.ts';
import type { InboxWaits, PlanInput } from '#core/run/step-messages.ts';
import type { OwnFunctions } from '#lambdas/shared/own-functions.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import type { SetAside } from '#tables/judge-arrivals.ts';
import { type ChosenFor, type InboxTick, tickInbox } from './inbox-tick.ts';
import { keptObjects } from './kept-objects.ts';

/** A table bound to its objects, and what is known of them where an inbox chose them. */
export interface BoundObjects extends BoundTable {
  /** The generation that they were chosen for, and which attempt of it. */
  readonly chosenFor?: Omit<ChosenFor, 'first'>;
  /** The run that claims that generation where another attempt came first. */
  readonly claimant?: string;
  readonly setAside: readonly SetAside[];
}

type BindDeps = PlanDeps & OwnFunctions;

/** Binds the request of a table to objects. */
export interface ObjectBinder {
  /**
   * Binds it to those that an inbox takes in, those of the Stage round before, else those that are
   * there now.
   *
   * @returns what waits where an inbox takes nothing in.
   */
  bind(): Promise<BoundObjects | InboxWaits>;
  /** Whether an inbox has other objects to bind after those could not be planned. */
  leaveOut(error: unknown): boolean;
}

function deploymentOf(deps: BindDeps) {
  return { ...deps, engine: engineVersion(), functions: digestsOf(deps.functions) };
}

/** Binds a request to the objects that one tick of its inbox chooses. */
function inboxBinder(
  deps: BindDeps,
  input: PlanInput,
  tick: InboxTick,
  store: ObjectStore,
): ObjectBinder {
  const { generation, attempt, first } = tick.chosenFor;
  const bindTo = (pins: readonly SourcePin[], to = attempt) =>
    bindTable(input.request, deploymentOf(deps), store, { pins, attempt: to });
  return {
    bind: async () => {
      const batch = await tick.choose();
      if (!('pins' in batch)) return batch;
      const bound = await bindTo(batch.pins);
      const claimant = first && attempt > 1 ? (await bindTo(first, 1)).runId : undefined;
      return {
        ...{ ...bound, chosenFor: { generation, attempt }, setAside: batch.setAside },
        ...(claimant !== undefined && { claimant }),
      };
    },
    leaveOut: (error) => tick.leaveOut(error),
  };
}

/** Finds out what the request of a table is bound to. */
export async function objectBinder(
  deps: BindDeps,
  input: PlanInput,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<ObjectBinder> {
  const { s3, outputBucket, requestDefaults } = deps;
  const request: TableRequest = parseTableRequest(input.request, requestDefaults);
  if (request.source.inbox !== undefined) {
    return inboxBinder(deps, input, await tickInbox(deps, request, signal), store);
  }
  const key = input.pins;
  const kept = key ? keptObjects(s3, { bucket: outputBucket, key }, signal) : undefined;
  const bind = async () => {
    const bound = await bindTable(input.request, deploymentOf(deps), store, kept && { pins: kept });
    return { ...bound, setAside: [] };
  };
  return { bind, leaveOut: () => false };
}
