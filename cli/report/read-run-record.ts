import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import type { DynamoDBClient } from '#aws/clients/dynamo.ts';
import type { S3Client } from '#aws/clients/s3.ts';
import type { SFNClient } from '#aws/clients/states.ts';
import { readAudit, readStarts } from '#aws/ledger-audit.ts';
import { readLines, readText } from '#aws/objects.ts';
import type { StartedRun } from '#core/run/ledger-records.ts';
import { failuresKey, outputUri, planKey } from '#core/run/output-keys.ts';
import { readManifestTotals } from './read-manifest-totals.ts';
import { type PlanFigures, readPlanFigures } from './read-plan-figures.ts';
import { parseReportedFailures, type ReportedFailures } from './reported-failures.ts';
import { RunAudit } from './run-audit.ts';
import type { RunExecution, RunRecord } from './run-record.ts';

/** Where a run is recorded. */
export interface ReportPlace {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
  readonly states: SFNClient;
  /** Name of the ledger's table. */
  readonly table: string;
}

/** The run to report on. */
export type ReportedRun = Pick<StartedRun, 'runId' | 'location' | 'generation'> & {
  /** Under which the ledger records it, see `ledgerName`. */
  readonly name: string;
  /** Where it is known. */
  readonly source?: Pick<StartedRun['source'], 'uri'>;
};

/** Reads as much as there is, and says what could not be read. */
class Reading {
  readonly unread: string[] = [];
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  async try<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.#signal.throwIfAborted();
      const { name, message } = error instanceof Error ? error : new Error(String(error));
      this.unread.push(`${what} could not be read: ${name}: ${message}`);
      return undefined;
    }
  }
}

async function describe(
  states: SFNClient,
  arn: string,
  signal: AbortSignal,
): Promise<RunExecution> {
  const command = new DescribeExecutionCommand({ executionArn: arn });
  const execution = await states.send(command, { abortSignal: signal });
  return {
    arn,
    status: execution.status ?? 'UNKNOWN',
    startedMs: execution.startDate?.getTime() ?? Number.NaN,
    stoppedMs: execution.stopDate?.getTime(),
    redrives: execution.redriveCount ?? 0,
    error: execution.error,
    cause: execution.cause,
  };
}

async function readFailures(
  s3: S3Client,
  { runId, location: { bucket, prefix } }: ReportedRun,
  signal: AbortSignal,
): Promise<ReportedFailures | undefined> {
  const text = await readText(s3, bucket, failuresKey(prefix), signal);
  if (text === undefined) return undefined;
  const failures = parseReportedFailures(text);
  if (failures === undefined) throw new Error('it is no report of this program');
  return failures.runId === runId ? failures : undefined;
}

async function countPlan(
  s3: S3Client,
  { location: { bucket, prefix }, generation }: ReportedRun,
  signal: AbortSignal,
): Promise<number | undefined> {
  let lines = 0;
  for await (const _ of readLines(s3, bucket, planKey(prefix, generation), signal)) lines += 1;
  return lines === 0 ? undefined : lines;
}

/** What Step Functions knows of a run. */
interface ReadExecution {
  readonly execution: RunExecution | undefined;
  readonly plan: PlanFigures | undefined;
}

async function readExecution(
  { states }: ReportPlace,
  arn: string | undefined,
  reading: Reading,
  signal: AbortSignal,
): Promise<ReadExecution> {
  if (arn === undefined) return { execution: undefined, plan: undefined };
  const [execution, plan] = await Promise.all([
    reading.try('The execution', () => describe(states, arn, signal)),
    reading.try('What was planned', () => readPlanFigures(states, arn, signal)),
  ]);
  return { execution, plan };
}

/**
 * Reads all that is known of a run: ledger, manifest, plan, `failures.json` and execution. What is
 * missing or may not be read is said in the record, and fails nothing.
 *
 * Memory: about 150 bytes for each chunk and each try, and four pages of the ledger.
 */
export async function readRunRecord(
  place: ReportPlace,
  run: ReportedRun,
  signal: AbortSignal,
  now: () => Date = () => new Date(),
): Promise<RunRecord> {
  const { s3, dynamo: client, table } = place;
  const { runId, generation, location, name } = run;
  const reading = new Reading(signal);
  const audit = new RunAudit();
  const [starts, manifest, failures] = await Promise.all([
    reading.try('When the run was started', () => readStarts({ client, table }, name)),
    reading.try('The manifest', () => readManifestTotals(s3, location, run, signal)),
    reading.try('failures.json', () => readFailures(s3, run, signal)),
    reading.try('The ledger', () => readAudit({ client, table }, name, audit)),
  ]);
  const { execution, plan } = await readExecution(place, starts?.lastExecution, reading, signal);
  const planned = plan?.chunks ?? (await reading.try('The plan', () => countPlan(s3, run, signal)));
  return {
    ...{ runId, generation, output: outputUri(location, location.prefix), audit, planned },
    ...{ starts, execution, manifest, failures, plan, unread: reading.unread },
    source: manifest?.source ?? run.source?.uri,
    kind: manifest?.kind ?? plan?.kind,
    readMs: now().getTime(),
  };
}
