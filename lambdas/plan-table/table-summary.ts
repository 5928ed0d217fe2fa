import { accountWarning } from '#core/chunks/plan-warnings.ts';
import { ONE_VCPU_MIB } from '#core/contract.ts';
import type { ExpectedTable } from '#core/cost/estimate-table.ts';
import { limitsRefusal } from '#core/cost/limits-refusal.ts';
import type { Prices } from '#core/cost/prices/price-file.ts';
import type { PlanPrices } from '#core/cost/prices.ts';
import { promiseTable } from '#core/cost/promise-table.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { TablePlanSummary } from '#core/run/plan-summary.ts';
import { movingProblem } from '#core/tables/postgres/load-bounds.ts';
import { assertTableParts } from './assert-parts.ts';
import type { ReadyTable } from './checked-table.ts';

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
  if (planned.forecast !== undefined) return { partitions: undefined, ...planned.forecast };
  const { chunks, predictedFileBytes: fileBytes } = planned;
  return { files: chunks.length, partitions: planned.partitions, fileBytes };
}

/** Of partitions that lie in the keys of the source. */
const NO_SHUFFLE = { mappers: 0, reads: 0 };

/** Mappers of a partitioned table, and the pieces that files gather: before scattering, at most. */
function shuffleOf(planned: ReadyTable['planned']): TablePlanSummary['shuffle'] {
  if ('scattered' in planned) {
    const { reads, scattered } = planned;
    return { mappers: scattered.mappers, reads };
  }
  const { forecast, chunks } = planned;
  if (forecast === undefined) return planned.partitions === undefined ? undefined : NO_SHUFFLE;
  const mappers = chunks.length;
  const { partitions, files } = forecast;
  const reads = partitions === undefined ? mappers * files : mappers * partitions + files;
  return { mappers, reads };
}

function expectedTable({ planned, objects }: ReadyTable): ExpectedTable {
  const shuffle = shuffleOf(planned);
  return {
    sourceBytes: objects.totalBytes,
    outputBytes: planned.predictedBytes,
    files: filesOf(planned).files,
    ...(shuffle && shuffle.mappers > 0 && { shuffle }),
  };
}

/** What would make the run of a database end for its time; undefined for any other. */
function hiddenProblem({ request, planned }: ReadyTable): string | undefined {
  return request.place.hidden ? movingProblem(planned.predictedBytes) : undefined;
}

/**
 * Most bytes of a writer's process: the engine's memory, and a slice of text.
 * @see test/cli/export/export-memory.test.ts
 */
const WRITER_BYTES = 1.6e9;

/** What writers of the table take, in requests, seconds and dollars. */
function promiseOf(ready: ReadyTable, prices: Prices) {
  const { concurrency } = ready.request;
  const { usage, ...promised } = promiseTable(expectedTable(ready), concurrency, prices);
  const { puts, gets, lists, ledgerWrites, ledgerReads, invocations, transitions } = usage;
  const counted = { puts, gets, lists, ledgerWrites, ledgerReads, invocations };
  return { ...promised, requests: { ...counted, stateTransitions: transitions } };
}

function warningsOf(ready: ReadyTable, files: number, prices: PlanPrices): readonly string[] {
  const hidden = hiddenProblem(ready);
  const account = accountWarning(ready.request.concurrency, files);
  return [
    ...ready.planned.warnings,
    ...inboxWarnings(ready),
    ...(hidden ? [hidden] : []),
    ...(account ? [account] : []),
    ...prices.warnings,
  ];
}

/** Content of all files: of text in gzip what is in it. */
function textBytesOf({ predictedBytes, contentShare = 1 }: ReadyTable['planned']): number {
  return Math.round(predictedBytes * contentShare);
}

/** What the plan promises. */
export function summarizeTable(ready: ReadyTable, prices: PlanPrices): TablePlanSummary {
  const { planned, facts, request } = ready;
  const shuffle = shuffleOf(planned);
  const { predictedRows: rows, keys, smallerTypes } = planned;
  const bytes = Math.round(planned.predictedBytes);
  const { files, partitions, fileBytes } = filesOf(planned);
  const [min, max] = [fileBytes.min, fileBytes.max].map(Math.round) as [number, number];
  const { gbSeconds, ...promised } = promiseOf(ready, prices.prices);
  const expected = { storedBytes: bytes, prices: prices.prices, ...promised };
  const refusal = limitsRefusal(expected, request);
  return {
    ...{ rows, chunks: files, text: { bytes: textBytesOf(planned) }, stored: { bytes } },
    ...{ chunkBytes: { min, max }, ...promised },
    lambda: { gbSeconds, memoryMiB: ONE_VCPU_MIB, peakBytes: WRITER_BYTES },
    prices: { region: prices.prices.region, date: prices.prices.date },
    facts,
    ...(partitions !== undefined && { partitions }),
    ...(keys && { keys }),
    ...(shuffle && { shuffle }),
    ...{ smallerTypes, warnings: warningsOf(ready, files, prices) },
    ...(refusal !== undefined && { refusal }),
  };
}

/**
 * @throws {BoundExceededError} the run would take more than its request allows, hide more rows than
 * one function can move, or have files that cannot become one object.
 */
export function assertTableWithinLimits(ready: ReadyTable, prices: PlanPrices): void {
  assertTableParts(ready);
  const hidden = hiddenProblem(ready);
  if (hidden !== undefined) throw new BoundExceededError(hidden);
  const { refusal } = summarizeTable(ready, prices);
  if (refusal !== undefined) throw new BoundExceededError(refusal);
}

/** The answer of a dry run; only there are values of the table in an execution. */
export function dryRunSummary(ready: ReadyTable, prices: PlanPrices): TablePlanSummary {
  const { transformed } = ready.planned;
  return { ...summarizeTable(ready, prices), ...(transformed && { transformed }) };
}
