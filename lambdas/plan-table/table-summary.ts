import { ceilingSentence } from '#core/cost/ceiling-sentence.ts';
import { type ExpectedTable, estimateTable, expectedRunOf } from '#core/cost/estimate-table.ts';
import { BoundExceededError } from '#core/errors.ts';
import type { TablePlanSummary } from '#core/run/step-messages.ts';
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

/** What the plan promises. */
export function summarizeTable(ready: ReadyTable): TablePlanSummary {
  const { planned, facts } = ready;
  const { concurrency } = ready.request;
  const shuffle = shuffleOf(planned);
  const { write, keep, seconds } = estimateTable(expectedTable(ready), concurrency);
  const { predictedBytes, predictedRows, ...suggested } = planned;
  const { files, partitions, fileBytes } = filesOf(planned);
  const { keys } = planned;
  const hidden = hiddenProblem(ready);
  return {
    ...{ chunks: files, facts, predictedBytes, predictedRows, predictedFileBytes: fileBytes },
    ...(partitions !== undefined && { partitions }),
    ...(keys && { keys }),
    ...(shuffle && { shuffle }),
    seconds,
    dollars: { write: write.total, keep },
    smallerTypes: suggested.smallerTypes,
    warnings: [...suggested.warnings, ...inboxWarnings(ready), ...(hidden ? [hidden] : [])],
  };
}

/**
 * @throws {BoundExceededError} the run would store more than its request allows, hide more rows
 * than one function can move, or have files that cannot become one object.
 */
export function assertTableBelowCeiling(ready: ReadyTable): void {
  const { outputBytes } = ready.request;
  assertTableParts(ready);
  const hidden = hiddenProblem(ready);
  if (hidden !== undefined) throw new BoundExceededError(hidden);
  const expected = expectedRunOf(expectedTable(ready));
  if (expected.outputBytes <= outputBytes) return;
  throw new BoundExceededError(ceilingSentence(expected, outputBytes));
}

/** The answer of a dry run; only there are values of the table in an execution. */
export function dryRunSummary(ready: ReadyTable): TablePlanSummary {
  const { transformed } = ready.planned;
  return { ...summarizeTable(ready), ...(transformed && { transformed }) };
}
