import { childMachineArn, mapRunArn, unlabelledMachineArn } from './arns.ts';
import type { MapState } from './definition.ts';
import { ExecutionInterrupted, StatesError } from './errors.ts';
import { isJsonObject, type Json, type JsonObject } from './json.ts';
import type { JsonlFile } from './jsonl-file.ts';
import { type Earlier, MapChildren, type MapWork } from './map-children.ts';
import { childInputs } from './map-items.ts';
import type { ChildRecord, MapRunRecord } from './map-records.ts';
import { noCounts } from './map-records.ts';
import { assertTolerance, evaluateMap, type MapSettings } from './map-settings.ts';
import { dataLimitExceeded, MAX_PAYLOAD_BYTES } from './payload-limit.ts';
import { randomUuid } from './random.ts';
import { exportResults, transformResult } from './result-writer.ts';
import type { Run, Surroundings, Visit } from './run.ts';

/** Keeps map runs. */
export interface MapRunStore {
  /** Keeps a new map run, whose counts go on changing. */
  create(record: MapRunRecord): Promise<JsonlFile>;
  /** Takes up a map run that ended, keeping the children that succeeded. */
  reopen(arn: string): Promise<{ record: MapRunRecord; records: JsonlFile; earlier: Earlier }>;
  /** Keeps a changed map run. */
  update(record: MapRunRecord): Promise<void>;
  /** Children as they were recorded. */
  children(records: JsonlFile): AsyncIterable<ChildRecord>;
}

/** A map run under way. */
interface Opened {
  readonly record: MapRunRecord;
  readonly records: JsonlFile;
  readonly earlier: Earlier;
}

const NOTHING_EARLIER: Earlier = { succeeded: new Set(), unsuccessful: new Map() };

/** @throws {StatesError} `States.Permissions`: the role may not start the machine, which a Distributed Map does. */
function assertMayStart(run: Run): void {
  const { services } = run.surroundings;
  const action = 'states:StartExecution';
  const resource = unlabelledMachineArn(run.stateMachineArn);
  try {
    services.authorize({ accessKeyId: run.accessKeyId, action, resource, context: {} });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StatesError('States.Permissions', reason, {}, { cause: error });
  }
}

async function openNew(
  run: Run,
  visit: Visit<MapState>,
  parts: { readonly settings: MapSettings; readonly store: MapRunStore },
): Promise<Opened> {
  const { clock, random } = run.surroundings;
  const { settings, store } = parts;
  run.history.add('MapStateStarted', { length: settings.items?.length ?? 0 });
  assertTolerance(settings);
  assertMayStart(run);
  const machineArn = unlabelledMachineArn(run.stateMachineArn);
  const labelled = childMachineArn(machineArn, visit.state.label ?? randomUuid(random));
  const record: MapRunRecord = {
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
  const records = await store.create(record);
  run.history.add('MapRunStarted', { mapRunArn: record.mapRunArn });
  return { record, records, earlier: NOTHING_EARLIER };
}

async function openAgain(run: Run, arn: string, store: MapRunStore): Promise<Opened> {
  const before = await store.reopen(arn);
  const record: MapRunRecord = {
    ...before.record,
    status: 'RUNNING',
    stopDate: undefined,
    redriveCount: before.record.redriveCount + 1,
    redriveDate: run.surroundings.clock.now(),
    itemCounts: noCounts(),
    executionCounts: noCounts(),
  };
  await store.update(record);
  run.history.add('MapRunRedriven', { mapRunArn: arn, redriveCount: record.redriveCount });
  return { ...before, record };
}

/** The results as the state's own output, in the items' order. @throws {StatesError} they pass 256 KiB. */
async function collect(
  name: string,
  records: AsyncIterable<ChildRecord>,
  transformation: 'NONE' | 'COMPACT' | 'FLATTEN',
): Promise<Json> {
  const results: { index: number; values: readonly Json[] }[] = [];
  let bytes = 0;
  for await (const record of records) {
    bytes += Buffer.byteLength(record.output ?? '');
    // Uncatchable, by report: https://github.com/cdklabs/construct-hub/issues/1885
    if (bytes > MAX_PAYLOAD_BYTES) throw dataLimitExceeded(name, true);
    results.push({ index: record.index, values: transformResult(record, transformation) });
  }
  return results.sort((a, b) => a.index - b.index).flatMap(({ values }) => values);
}

async function writeResults(work: MapWork, opened: Opened, store: MapRunStore): Promise<Json> {
  const { run, visit, settings } = work;
  const { resultWriter: writer, name } = visit.state;
  const children = store.children(opened.records);
  if (writer === undefined || settings.destination === undefined) {
    return collect(name, children, writer?.transformation ?? 'COMPACT');
  }
  const { bucket, key: prefix } = settings.destination;
  const { services } = run.surroundings;
  const { mapRunArn: arn } = opened.record;
  const to = { services, accessKeyId: run.accessKeyId, bucket, prefix, mapRunArn: arn, writer };
  const key = await exportResults(to, children);
  work.itemCounts.resultsWritten = work.itemCounts.total;
  work.executionCounts.resultsWritten = work.executionCounts.total;
  return { MapRunArn: arn, ResultWriterDetails: { Bucket: bucket, Key: key } };
}

/** Runs the children, then writes the results; of a run that failed too, where they are exported. */
async function runAndWrite(work: MapWork, opened: Opened, store: MapRunStore): Promise<Json> {
  const { run, visit, settings } = work;
  try {
    await new MapChildren(work).runAll(childInputs(run, visit, settings));
  } catch (error) {
    if (error instanceof StatesError && settings.destination)
      await writeResults(work, opened, store);
    throw error;
  }
  return writeResults(work, opened, store);
}

/** Ends the map run and records that. */
async function close(
  run: Run,
  opened: Opened,
  ending: {
    readonly status: MapRunRecord['status'];
    readonly details?: JsonObject;
    store: MapRunStore;
  },
): Promise<void> {
  const { status, details, store } = ending;
  await opened.records.flush();
  await store.update({ ...opened.record, status, stopDate: run.surroundings.clock.now() });
  const word = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', ABORTED: 'Aborted', RUNNING: '' }[
    status
  ];
  run.history.add(`MapRun${word}`, details);
}

/** Makes the part of the interpreter that runs Distributed Maps, keeping their runs in `store`. */
export function createMapRunner(store: MapRunStore): Surroundings['runMap'] {
  return async (run, visit) => {
    const settings = await evaluateMap(run, visit);
    const opened =
      visit.mapRunArn === undefined
        ? await openNew(run, visit, { settings, store })
        : await openAgain(run, visit.mapRunArn, store);
    const { stateMachineArn, itemCounts, executionCounts } = opened.record;
    const execution = run.context['Execution'];
    const roleArn = isJsonObject(execution) ? String(execution['RoleArn']) : '';
    const counts = { itemCounts, executionCounts };
    const work = { run, visit, settings, stateMachineArn, roleArn, ...opened, ...counts };
    try {
      const result = await runAndWrite(work, opened, store);
      await close(run, opened, { status: 'SUCCEEDED', store });
      run.history.add('MapStateSucceeded');
      return result;
    } catch (error) {
      if (error instanceof StatesError) {
        const details = { error: error.error ?? '', cause: error.reason ?? '' };
        await close(run, opened, { status: 'FAILED', details, store });
      } else if (error instanceof ExecutionInterrupted) {
        await close(run, opened, { status: 'ABORTED', store });
        run.history.add('MapStateAborted');
      }
      throw error;
    }
  };
}
