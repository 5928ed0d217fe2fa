import { StatesError } from './errors.ts';
import type { Json } from './json.ts';
import { MapChildren } from './map-children.ts';
import { childInputs } from './map-items.ts';
import type { ChildRecord } from './map-records.ts';
import type { MapRun, MapRunStore } from './map-run.ts';
import { dataLimitExceeded, MAX_PAYLOAD_BYTES } from './payload-limit.ts';
import { exportResults, transformResult } from './result-writer.ts';

/**
 * The results as the output of the state itself, in the order of the items.
 *
 * @throws {StatesError} they are larger than 256 KiB.
 */
async function collect(mapRun: MapRun, children: AsyncIterable<ChildRecord>): Promise<Json> {
  const { name, resultWriter } = mapRun.visit.state;
  const transformation = resultWriter?.transformation ?? 'COMPACT';
  const results: { index: number; values: readonly Json[] }[] = [];
  let bytes = 0;
  for await (const child of children) {
    bytes += Buffer.byteLength(child.output ?? '');
    // Uncatchable, by report: https://github.com/cdklabs/construct-hub/issues/1885
    if (bytes > MAX_PAYLOAD_BYTES) throw dataLimitExceeded(name, true);
    results.push({ index: child.index, values: transformResult(child, transformation) });
  }
  return results.sort((a, b) => a.index - b.index).flatMap(({ values }) => values);
}

async function writeResults(mapRun: MapRun, store: MapRunStore): Promise<Json> {
  const { run, settings, record } = mapRun;
  const writer = mapRun.visit.state.resultWriter;
  const children = store.readChildren(mapRun.children);
  if (writer === undefined || settings.destination === undefined) return collect(mapRun, children);
  const { bucket, key: prefix } = settings.destination;
  const { services } = run.runtime;
  const { mapRunArn, itemCounts, executionCounts } = record;
  const target = { services, accessKeyId: run.accessKeyId, bucket, prefix, mapRunArn, writer };
  const key = await exportResults(target, children);
  itemCounts.resultsWritten = itemCounts.total;
  executionCounts.resultsWritten = executionCounts.total;
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket, Key: key } };
}

/**
 * Runs the children, then writes their results and gives the result of the state. A map run that
 * failed exports its results as well, where its ResultWriter names a place.
 *
 * @throws {StatesError} why the map run failed.
 * @throws {ExecutionInterrupted} the execution was stopped.
 */
export async function runAndWrite(mapRun: MapRun, store: MapRunStore): Promise<Json> {
  const { run, visit, settings } = mapRun;
  try {
    await new MapChildren(mapRun).runAll(childInputs(run, visit, settings));
  } catch (error) {
    if (error instanceof StatesError && settings.destination) await writeResults(mapRun, store);
    throw error;
  }
  return writeResults(mapRun, store);
}
