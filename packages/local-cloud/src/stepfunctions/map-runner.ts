import { ExecutionInterrupted, StatesError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { runAndWrite } from './map-results.ts';
import type { MapRun, MapRunStore } from './map-run.ts';
import { openMapRun } from './open-map-run.ts';
import type { StatesRuntime } from './run.ts';

/** The event that ends a map run, by its status. */
const ENDINGS = {
  SUCCEEDED: 'MapRunSucceeded',
  FAILED: 'MapRunFailed',
  ABORTED: 'MapRunAborted',
} as const;

/** How a map run ended. */
interface Ending {
  readonly status: keyof typeof ENDINGS;
  /** Of the event. */
  readonly details?: JsonObject;
}

async function close(mapRun: MapRun, store: MapRunStore, ending: Ending): Promise<void> {
  const { run, record, children } = mapRun;
  const { status, details } = ending;
  await children.flush();
  await store.update({ ...record, status, stopDate: run.runtime.clock.now() });
  run.history.add(ENDINGS[status], details);
}

async function closeFailed(mapRun: MapRun, store: MapRunStore, thrown: unknown): Promise<void> {
  if (thrown instanceof StatesError) {
    const details = { error: thrown.error ?? '', cause: thrown.reason ?? '' };
    await close(mapRun, store, { status: 'FAILED', details });
  } else if (thrown instanceof ExecutionInterrupted) {
    await close(mapRun, store, { status: 'ABORTED' });
    mapRun.run.history.add('MapStateAborted');
  }
}

/** Makes the part of the interpreter that runs Distributed Maps and keeps their runs in `store`. */
export function createMapRunner(store: MapRunStore): StatesRuntime['runMap'] {
  return async (run, visit) => {
    const mapRun = await openMapRun(run, visit, store);
    try {
      const result = await runAndWrite(mapRun, store);
      await close(mapRun, store, { status: 'SUCCEEDED' });
      run.history.add('MapStateSucceeded');
      return result;
    } catch (error) {
      await closeFailed(mapRun, store, error);
      throw error;
    }
  };
}
