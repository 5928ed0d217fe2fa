import { ONE_VCPU_MIB } from '#core/contract.ts';
import { ceilingSentence } from '#core/cost/ceiling-sentence.ts';
import { NETWORK_BYTES_PER_SECOND } from '#core/cost/cost.ts';
import { type ExpectedRun, estimateRun } from '#core/cost/estimate-run.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { TablePlanSummary } from '#core/run/step-messages.ts';
import type { ReadyTable } from './checked-table.ts';

/**
 * CPU seconds of a whole vCPU for a byte of output, which has the values of several bytes of text.
 */
const CPU_SECONDS_PER_BYTE = 6e-8;

/** Seconds that a cold start, the plan and the manifest take, whatever the size. */
const FIXED_SECONDS = 10;

function expectedRun({ planned, objects }: ReadyTable): ExpectedRun {
  const outputBytes = planned.predictedBytes;
  const bytes = objects.totalBytes + outputBytes;
  const cpuSeconds = outputBytes * CPU_SECONDS_PER_BYTE;
  const work = { memoryMiB: ONE_VCPU_MIB, bytes, cpuSeconds };
  return { chunks: filesOf(planned).files, outputBytes, work };
}

/** The time of the largest file, as often as writers take turns. */
function secondsOf({ planned, objects, request }: ReadyTable): number {
  const files = Math.max(filesOf(planned).files, 1);
  const turns = Math.ceil(files / request.concurrency);
  const bytes = (objects.totalBytes + planned.predictedBytes) / files;
  const cpu = (planned.predictedBytes / files) * CPU_SECONDS_PER_BYTE;
  return Math.round(FIXED_SECONDS + turns * (cpu + bytes / NETWORK_BYTES_PER_SECOND));
}

/** Objects that a summary names; the log names all. */
const MAX_NAMED = 20;

function inboxWarnings({ request, objects, setAside }: ReadyTable): readonly string[] {
  const named = setAside.slice(0, MAX_NAMED).map(({ problem }) => `set aside: ${problem}`);
  const { inbox } = request.source;
  if (inbox === undefined || objects.hasVersions) return named;
  const unkept = `the bucket of ${inbox.uri} keeps no versions, so an object that is replaced or deleted before it is written costs its generation another attempt; switch versioning on`;
  return [...named, unkept];
}

/** The files of the output: planned, or forecast before their rows are scattered. */
function filesOf(planned: ReadyTable['planned']) {
  if (planned.forecast !== undefined) return planned.forecast;
  const { chunks, predictedFileBytes: fileBytes } = planned;
  const partitions = 'partitions' in planned ? planned.partitions : undefined;
  return { files: chunks.length, partitions, fileBytes };
}

/** What the plan promises. */
export function summarizeTable(ready: ReadyTable): TablePlanSummary {
  const { planned, facts } = ready;
  const { write, keep } = estimateRun(expectedRun(ready));
  const { predictedBytes, predictedRows, ...suggested } = planned;
  const { files, partitions, fileBytes } = filesOf(planned);
  const { keys } = planned;
  return {
    ...{ chunks: files, facts, predictedBytes, predictedRows, predictedFileBytes: fileBytes },
    ...(partitions !== undefined && { partitions }),
    ...(keys && { keys }),
    seconds: secondsOf(ready),
    dollars: { write: write.total, keep },
    smallerTypes: suggested.smallerTypes,
    warnings: [...suggested.warnings, ...inboxWarnings(ready)],
  };
}

/** @throws {BoundExceededError} the run would store more than its request allows. */
export function assertTableBelowCeiling(ready: ReadyTable): void {
  const { outputBytes } = ready.request;
  const expected = expectedRun(ready);
  if (expected.outputBytes <= outputBytes) return;
  throw new BoundExceededError(ceilingSentence(expected, outputBytes));
}

/** The answer of a dry run; only there are values of the table in an execution. */
export function dryRunSummary(ready: ReadyTable): TablePlanSummary {
  const { transformed } = ready.planned;
  return { ...summarizeTable(ready), ...(transformed && { transformed }) };
}
