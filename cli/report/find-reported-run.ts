import { findRun } from '#aws/ledger-reads.ts';
import type { Deployment } from '#cli/deployment/deployment.ts';
import { ExecutionFailed } from '#cli/executions/execution-failed.ts';
import { findExecution } from '#cli/executions/find-execution.ts';
import { claimedRun } from '#cli/outputs/claimed-run.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { causeSentence } from '#core/failure/cause-sentence.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { ledgerName } from '#core/run/run-id.ts';
import type { ReportedRun } from './read-run-record.ts';

/** Which run a report is about. */
interface Asked {
  /** Run id, execution name or ARN, output URI, or `latest`. */
  readonly run: string;
  /** Of an output. @default the last one that was claimed */
  readonly generation?: number | undefined;
}

async function runOfOutput(
  { clients: { s3 } }: Deployment,
  { run: uri, generation: asked }: Asked,
  signal: AbortSignal,
): Promise<ReportedRun> {
  const { bucket, key } = parseS3Uri(uri);
  const prefix = key.endsWith('/') ? key : `${key}/`;
  const claim = await claimedRun(s3, { uri, generation: asked }, signal);
  return { ...claim, location: { bucket, prefix } };
}

/** The run that an execution found complete; undefined for all others. */
function completeRun(output = 'null'): string | undefined {
  const ended: unknown = JSON.parse(output);
  if (typeof ended !== 'object' || ended === null || !('runId' in ended)) return undefined;
  return typeof ended.runId === 'string' ? ended.runId : undefined;
}

/**
 * Finds the run that a report is asked for: of an execution that found its run complete, that run.
 *
 * @throws {RunNotFound} there is none of this name; says which are near.
 * @throws {SourceNotFoundError} no run has claimed the output.
 * @throws {ExecutionFailed} the execution failed before it had a run.
 */
export async function findReportedRun(
  deployment: Deployment,
  asked: Asked,
  signal: AbortSignal,
): Promise<ReportedRun> {
  if (isS3Uri(asked.run)) return await runOfOutput(deployment, asked, signal);
  const execution = await findExecution(deployment, asked.run, signal);
  const { executionArn = '', status, error, cause = '', output } = execution;
  const { ledger: table } = await deployment.places();
  const run = await findRun({ client: deployment.clients.dynamo, table }, executionArn);
  if (run !== undefined) return { ...run, name: ledgerName(run) };
  const complete = completeRun(output);
  if (complete !== undefined && complete !== asked.run) {
    return await findReportedRun(deployment, { ...asked, run: complete }, signal);
  }
  throw new ExecutionFailed(
    error ?? `Execution${status}`,
    `execution ${executionArn} has no run to report on: ${causeSentence(cause) || `it is ${status}`}`,
    executionArn,
  );
}
