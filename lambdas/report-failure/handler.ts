import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient } from '#aws/clients/dynamo.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import {
  findRun,
  type LedgerPlace,
  readTryError,
  readUnfinishedChunks,
} from '#aws/ledger-reads.ts';
import { findFailedChild } from '#aws/map-failures.ts';
import { putText } from '#aws/objects.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { RESULTS_FOLDER } from '#core/contract.ts';
import { FanoutError } from '#core/errors.ts';
import { type FailedChild, MAP_FAILURE } from '#core/failure/failed-child.ts';
import type { FailedExecution } from '#core/failure/failed-execution.ts';
import {
  collectUnfinished,
  type FailureNotice,
  type FoundRun,
  failureNotice,
  failureReport,
  type ReportedChunk,
  sliceCommand,
} from '#core/failure/failure-report.ts';
import { claimText } from '#core/manifest/place-run.ts';
import type { StartedRun, UnfinishedChunk } from '#core/run/ledger-records.ts';
import { executionFailureKey, failuresKey, stageResultsPrefix } from '#core/run/output-keys.ts';
import { parsePlanLine } from '#core/run/plan-line.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { locateRows, type OpenedSource } from '#core/sources/open-source.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';

/** What ReportFailure needs from outside. */
export interface ReportFailureDeps extends Instruments {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
  readonly outputBucket: string;
}

/** An unfinished chunk, and what was planned of it. */
interface UnfinishedPlan {
  readonly chunk: PlannedChunk;
  readonly state: UnfinishedChunk;
}

/** Where the entries of some chunks lie, or why that is not known. */
interface LocatedChunks {
  readonly ranges: readonly (Readonly<Record<string, ByteRange>> | undefined)[];
  readonly problem: string | null;
}

/** The report is also made for a source that is missing, replaced or damaged, and says so. */
async function locate(
  open: () => Promise<OpenedSource>,
  plans: readonly UnfinishedPlan[],
): Promise<LocatedChunks> {
  const chunks = plans.map(({ chunk }) => chunk).filter((chunk) => 'rowStart' in chunk);
  if (chunks.length === 0) return { ranges: [], problem: null };
  try {
    const source = await open();
    const ranges: LocatedChunks['ranges'][number][] = [];
    for (const chunk of chunks) ranges.push(await locateRows(source, chunk));
    return { ranges, problem: null };
  } catch (error) {
    if (!(error instanceof FanoutError)) throw error;
    return { ranges: [], problem: `${error.name}: ${error.message}` };
  }
}

async function describeChunks(
  run: StartedRun,
  { ledger, open }: { readonly ledger: LedgerPlace; readonly open: () => Promise<OpenedSource> },
): Promise<Omit<FoundRun, 'failedChild'>> {
  const name = ledgerName(run);
  const { listed, ...counts } = await collectUnfinished(readUnfinishedChunks(ledger, name));
  const plans = listed.map((state) => ({ state, chunk: parsePlanLine(state.planned) }));
  const { ranges, problem: sourceProblem } = await locate(open, plans);
  const chunks: ReportedChunk[] = [];
  for (const [position, { chunk, state }] of plans.entries()) {
    const { status, tries } = state;
    chunks.push({
      ...{ ...chunk, status, tries },
      error: (await readTryError(ledger, name, state)) ?? null,
      sourceBytes: ranges[position] ?? null,
      reproduce: 'rowStart' in chunk ? sliceCommand(run.source, chunk) : null,
    });
  }
  return { run, ...counts, chunks, sourceProblem };
}

/** What is found of an execution that has no run. */
const NO_RUN = { run: undefined, failed: 0, running: 0, chunks: [], sourceProblem: null } as const;

/** The child by which a Map failed: one of the Stage rounds, or a writer. */
async function failedChildOf(
  { s3, outputBucket: bucket }: ReportFailureDeps,
  { error, executionArn }: FailedExecution,
  run: StartedRun | undefined,
  signal: AbortSignal,
): Promise<FailedChild | undefined> {
  if (error !== MAP_FAILURE) return undefined;
  const staged = { bucket, prefix: stageResultsPrefix(executionArn) };
  if (run === undefined) return await findFailedChild(s3, staged, signal);
  const written = { bucket, prefix: `${run.location.prefix}${RESULTS_FOLDER}/` };
  return await findFailedChild(s3, written, signal);
}

/**
 * The ReportFailure step. Writes `_manifest/failures.json` for a failed execution and returns the
 * message about it. It finds the execution's run in the ledger, even if the source has changed
 * since.
 *
 * If the execution failed before its run claimed an output, the report goes to `_failures/`.
 * Memory: the listed chunks, at most a hundred.
 */
export function createHandler(deps: ReportFailureDeps): Step<FailedExecution, FailureNotice> {
  const { s3, logger, metrics } = deps;
  const ledger = { client: deps.dynamo, table: deps.ledgerTable };

  /** The run of an execution, if it had claimed its output. */
  const claimedRun = async (executionArn: string, signal: AbortSignal) => {
    const run = await findRun(ledger, executionArn);
    if (run === undefined) return undefined;
    const claim = await s3OutputRecords(s3, run.location, signal).claim(run.generation);
    return claim === claimText(run) ? run : undefined;
  };

  return async (execution, signal) => {
    metrics.addMetric('FailuresReported', MetricUnit.Count, 1);
    const run = await claimedRun(execution.executionArn, signal);
    if (run !== undefined) logger.appendKeys({ runId: run.runId });
    const open = (planned: StartedRun) => () => openPlannedSource(s3, planned, signal);
    const found =
      run === undefined ? NO_RUN : await describeChunks(run, { ledger, open: open(run) });
    const failedChild = await failedChildOf(deps, execution, run, signal);
    const report = failureReport(execution, { ...found, failedChild });

    const key =
      run === undefined
        ? executionFailureKey(execution.executionArn)
        : failuresKey(run.location.prefix);
    const bucket = run?.location.bucket ?? deps.outputBucket;
    const target = { bucket, key, contentType: 'application/json' };
    await putText(s3, target, `${JSON.stringify(report, null, 2)}\n`, signal);
    logger.info('failures reported', { failed: report.failedChunks });
    return failureNotice(execution, report, `s3://${bucket}/${key}`);
  };
}
