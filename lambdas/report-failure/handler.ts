import { MetricUnit } from '@aws-lambda-powertools/metrics';
import type { DynamoDBClient, S3Client } from '#aws/clients.ts';
import {
  findRun,
  type LedgerPlace,
  readTryError,
  readUnfinishedChunks,
} from '#aws/ledger-reads.ts';
import { putText } from '#aws/objects.ts';
import { s3OutputRecords } from '#aws/output-records.ts';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { FanoutError } from '#core/errors.ts';
import type { FailedExecution } from '#core/failure/failed-execution.ts';
import {
  collectUnfinished,
  type FailureNotice,
  type FailureReport,
  failureNotice,
  failureReport,
  type ReportedChunk,
  sliceCommand,
} from '#core/failure/failure-report.ts';
import { claimText } from '#core/manifest/place-run.ts';
import type { StartedRun, UnfinishedChunk } from '#core/run/ledger-records.ts';
import { failuresKey, outputUri } from '#core/run/output-keys.ts';
import { ledgerName } from '#core/run/run-id.ts';
import { locateRows, type OpenedSource } from '#core/sources/source-kinds.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import type { Instruments, Step } from '#lambdas/shared/step.ts';

/** What ReportFailure needs from outside. */
export interface ReportFailureDeps extends Instruments {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly ledgerTable: string;
}

/** Where the entries of some chunks lie, or why that is not known. */
interface LocatedChunks {
  readonly ranges: readonly (Readonly<Record<string, ByteRange>> | undefined)[];
  readonly problem: string | null;
}

/** The report is also made for a source that is missing, replaced or damaged, and says so. */
async function locate(
  open: () => Promise<OpenedSource>,
  chunks: readonly UnfinishedChunk[],
): Promise<LocatedChunks> {
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

async function describeRun(
  execution: FailedExecution,
  run: StartedRun,
  { ledger, open }: { readonly ledger: LedgerPlace; readonly open: () => Promise<OpenedSource> },
): Promise<FailureReport> {
  const name = ledgerName(run);
  const { listed, ...counts } = await collectUnfinished(readUnfinishedChunks(ledger, name));
  const { ranges, problem: sourceProblem } = await locate(open, listed);
  const chunks: ReportedChunk[] = [];
  for (const [position, chunk] of listed.entries()) {
    const { index, rowStart, rowEnd, status, tries } = chunk;
    chunks.push({
      ...{ index, rowStart, rowEnd, status, tries },
      error: (await readTryError(ledger, name, chunk)) ?? null,
      sourceBytes: ranges[position] ?? null,
      reproduce: sliceCommand(run.source, chunk),
    });
  }
  return failureReport(execution, run, { ...counts, chunks, sourceProblem });
}

/**
 * The ReportFailure step. Writes `_manifest/failures.json` for a failed execution and returns the
 * message about it. It finds the execution's run in the ledger, even if the source has changed
 * since.
 *
 * If the execution failed before its run claimed an output, nothing is written. Memory: the listed
 * chunks, at most a hundred.
 */
export function createHandler(deps: ReportFailureDeps): Step<FailedExecution, FailureNotice> {
  const { s3, logger, metrics } = deps;
  const ledger = { client: deps.dynamo, table: deps.ledgerTable };

  return async (execution, signal) => {
    metrics.addMetric('FailuresReported', MetricUnit.Count, 1);
    const run = await findRun(ledger, execution.executionArn);
    if (run === undefined) return failureNotice(execution, {});
    const { runId, location, generation } = run;
    logger.appendKeys({ runId });
    const claim = await s3OutputRecords(s3, location, signal).claim(generation);
    if (claim !== claimText(runId)) return failureNotice(execution, { runId });

    const open = () => openPlannedSource(s3, run, signal);
    const report = await describeRun(execution, run, { ledger, open });
    const key = failuresKey(location.prefix);
    const target = { bucket: location.bucket, key, contentType: 'application/json' };
    await putText(s3, target, `${JSON.stringify(report, null, 2)}\n`, signal);
    logger.info('failures reported', { failed: report.failedChunks });
    return failureNotice(execution, { runId, report, reportUri: outputUri(location, key) });
  };
}
