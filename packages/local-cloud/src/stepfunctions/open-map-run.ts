import { childMachineArn, mapRunArn, unlabelledMachineArn } from './arns.ts';
import type { MapState } from './definition.ts';
import { StatesError } from './errors.ts';
import { type MapRunRecord, noCounts } from './map-records.ts';
import type { MapRun, MapRunStore, StoredMapRun } from './map-run.ts';
import { assertTolerance, evaluateMap, type MapSettings } from './map-settings.ts';
import { randomUuid } from './random.ts';
import type { Run, StateVisit } from './run.ts';

/**
 * A Distributed Map starts executions of its own machine, so the role must be allowed to.
 *
 * @throws {StatesError} `States.Permissions`
 */
function assertMayStart(run: Run): void {
  const action = 'states:StartExecution';
  const resource = unlabelledMachineArn(run.stateMachineArn);
  try {
    run.runtime.services.authorize({
      accessKeyId: run.accessKeyId,
      action,
      resource,
      context: {},
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StatesError('States.Permissions', reason, { cause: error });
  }
}

function newRecord(run: Run, state: MapState, settings: MapSettings): MapRunRecord {
  const { clock, random } = run.runtime;
  const labelled = childMachineArn(run.stateMachineArn, state.label ?? randomUuid(random));
  return {
    mapRunArn: mapRunArn(labelled, randomUuid(random)),
    executionArn: run.executionArn,
    stateMachineArn: labelled,
    status: 'RUNNING',
    startDate: clock.now(),
    maxConcurrency: settings.maxConcurrency,
    toleratedFailureCount: settings.toleratedFailureCount ?? 0,
    toleratedFailurePercentage: settings.toleratedFailurePercentage ?? 0,
    redriveCount: 0,
    itemCounts: noCounts(),
    executionCounts: noCounts(),
  };
}

async function openNew(run: Run, record: MapRunRecord, store: MapRunStore): Promise<StoredMapRun> {
  const stored = await store.create(record);
  run.history.add('MapRunStarted', { mapRunArn: record.mapRunArn });
  return stored;
}

async function openAgain(run: Run, arn: string, store: MapRunStore): Promise<StoredMapRun> {
  const before = await store.reopen(arn);
  const record: MapRunRecord = {
    ...before.record,
    status: 'RUNNING',
    stopDate: undefined,
    redriveCount: before.record.redriveCount + 1,
    redriveDate: run.runtime.clock.now(),
    itemCounts: noCounts(),
    executionCounts: noCounts(),
  };
  await store.update(record);
  run.history.add('MapRunRedriven', { mapRunArn: arn, redriveCount: record.redriveCount });
  return { ...before, record };
}

/**
 * Evaluates the fields of a Map, and starts its map run or takes up the one that a redrive goes on
 * with.
 *
 * @throws {StatesError} a field cannot be evaluated, or the role may not start the children.
 */
export async function openMapRun(
  run: Run,
  visit: StateVisit<MapState>,
  store: MapRunStore,
): Promise<MapRun> {
  const settings = await evaluateMap(run, visit);
  if (visit.mapRunArn !== undefined) {
    return { run, visit, settings, ...(await openAgain(run, visit.mapRunArn, store)) };
  }
  run.history.add('MapStateStarted', { length: settings.items?.length ?? 0 });
  assertTolerance(settings);
  assertMayStart(run);
  const record = newRecord(run, visit.state, settings);
  return { run, visit, settings, ...(await openNew(run, record, store)) };
}
