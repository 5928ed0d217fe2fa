import type { ByteRange } from '#core/bytes/byte-source.ts';
import type { RowRange } from '#core/contract.ts';
import type { StartedRun, TryError, UnfinishedChunk } from '#core/run/ledger-records.ts';
import { type PlannedChunk, rangeText } from '#core/run/planned-chunk.ts';
import type { FailedChild } from './failed-child.ts';
import type { FailedExecution } from './failed-execution.ts';

/** Most chunks that a report describes one by one; it gives the number of the others. */
export const MAX_LISTED_CHUNKS = 100;

/** One chunk that is not done: what was planned, and what became of it. */
export type ReportedChunk = PlannedChunk & {
  /** `running`: the chunk was under way when the run failed, or its writer was killed. */
  readonly status: UnfinishedChunk['status'];
  readonly tries: number;
  /** Why the last try failed; null while that try has not ended. */
  readonly error: TryError | null;
  /**
   * Where its entries lie in a matrix; null of a table, and when the source can no longer be read.
   */
  readonly sourceBytes: Readonly<Record<string, ByteRange>> | null;
  /**
   * Command for any machine that writes the chunk's text, or fails as its writer did; null of a
   * table, whose rows are not numbered yet.
   */
  readonly reproduce: string | null;
};

/**
 * `_manifest/failures.json`: why a run is not complete. It describes the last execution that
 * failed. `_failures/<execution name>.json` is the same for an execution without a run.
 */
export interface FailureReport extends FailedExecution {
  readonly type: 'sparse-fanout-failures';
  readonly version: 3;
  /** Null when the execution failed before its run had claimed an output. */
  readonly runId: string | null;
  /** Command that continues the execution. */
  readonly redrive: string;
  /** Null when there is no run. */
  readonly source: {
    readonly uri: string;
    readonly etag: string;
    readonly versionId: string | null;
  } | null;
  /** The child by which a Map failed, as Step Functions has it; null when no Map failed. */
  readonly failedChild: FailedChild | null;
  /** Why the source could not be read; null when it could. */
  readonly sourceProblem: string | null;
  /** Chunks whose last try failed. */
  readonly failedChunks: number;
  /** Chunks that were started and are neither done nor failed. */
  readonly runningChunks: number;
  /** The failed chunks in row order, then the running ones in row order. */
  readonly chunks: readonly ReportedChunk[];
  /** Number of chunks beyond {@link MAX_LISTED_CHUNKS}, which are not described. */
  readonly unlistedChunks: number;
}

/** The message about a failed execution, whether or not it had a run. */
export interface FailureNotice extends FailedExecution {
  /** One sentence for people. */
  readonly message: string;
  readonly runId: string | null;
  readonly redrive: string;
  /** S3 URI of the report. */
  readonly report: string;
}

/** The unfinished chunks of a run: those that are listed, and the number of all. */
export interface UnfinishedChunks {
  readonly failed: number;
  readonly running: number;
  readonly listed: readonly UnfinishedChunk[];
}

/**
 * Counts a run's unfinished chunks and keeps the first ones of each kind, the failed ones first.
 */
export async function collectUnfinished(
  chunks: AsyncIterable<UnfinishedChunk>,
): Promise<UnfinishedChunks> {
  const count = { failed: 0, running: 0 };
  const first = { failed: [] as UnfinishedChunk[], running: [] as UnfinishedChunk[] };
  for await (const chunk of chunks) {
    count[chunk.status] += 1;
    if (first[chunk.status].length < MAX_LISTED_CHUNKS) first[chunk.status].push(chunk);
  }
  const listed = [...first.failed, ...first.running].slice(0, MAX_LISTED_CHUNKS);
  return { ...count, listed };
}

/** Quotes a word for a shell, whatever characters it has. */
function shellWord(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command that makes the text of some rows of a source, of the version that the run read. */
export function sliceCommand(
  { uri, versionId }: Pick<StartedRun['source'], 'uri' | 'versionId'>,
  { rowStart, rowEnd }: RowRange,
): string {
  const version = versionId === null ? '' : ` --version-id ${shellWord(versionId)}`;
  return `npx sparse-fanout slice ${shellWord(uri)} --rows ${rowStart}:${rowEnd}${version}`;
}

function redriveCommand({ executionArn }: FailedExecution): string {
  return `aws stepfunctions redrive-execution --execution-arn ${shellWord(executionArn)}`;
}

/** What was found about the run of an execution. */
export interface FoundRun extends Omit<UnfinishedChunks, 'listed'> {
  readonly run: StartedRun | undefined;
  readonly chunks: readonly ReportedChunk[];
  readonly sourceProblem: string | null;
  readonly failedChild: FailedChild | undefined;
}

function sourceOf(run: StartedRun | undefined): FailureReport['source'] {
  if (run === undefined) return null;
  const { uri, etag, versionId } = run.source;
  return { uri, etag, versionId };
}

/** Makes the report from what was found about the run. */
export function failureReport(execution: FailedExecution, found: FoundRun): FailureReport {
  return {
    type: 'sparse-fanout-failures',
    version: 3,
    runId: found.run?.runId ?? null,
    ...execution,
    redrive: redriveCommand(execution),
    source: sourceOf(found.run),
    failedChild: found.failedChild ?? null,
    sourceProblem: found.sourceProblem,
    failedChunks: found.failed,
    runningChunks: found.running,
    chunks: found.chunks,
    unlistedChunks: found.failed + found.running - found.chunks.length,
  };
}

function reasonOf({ error, cause }: FailedExecution): string {
  return [error, cause].filter((part) => part !== null).join(': ') || 'no reason was given';
}

/**
 * What failed, in one sentence: of the first failed chunk or child if there is one, because the
 * error of a Map only says that some child failed.
 */
function whatFailed(report: FailureReport): string {
  const { chunks, failedChild } = report;
  const chunk = chunks.find(({ error }) => error !== null);
  if (chunk?.error != null) {
    const { index, error } = chunk;
    return `chunk ${index} (${rangeText(chunk)}): ${error.name}: ${error.message}`;
  }
  if (failedChild === null) return reasonOf(report);
  return `${failedChild.what}: ${failedChild.name}: ${failedChild.message}`;
}

/** Describes a failed execution: one sentence for people and the fields for programs. */
export function failureNotice(
  execution: FailedExecution,
  report: FailureReport,
  reportUri: string,
): FailureNotice {
  const { runId, redrive } = report;
  const what = runId === null ? 'an execution that had no run yet' : `run ${runId}`;
  return {
    message: `${what} ended ${execution.status}: ${whatFailed(report)}`,
    runId,
    ...execution,
    redrive,
    report: reportUri,
  };
}
