import type { Deployment } from '#cli/deployment/deployment.ts';
import { type CommandIo, write } from '#cli/frame/command-io.ts';
import { EXIT_RUNNING, Exit } from '#cli/frame/exit.ts';
import { jobLines } from '#cli/jobs/print-jobs.ts';
import { readOutputJobs, type ShownJob } from '#cli/jobs/read-jobs.ts';
import type { RunResult } from './run-events.ts';
import { resultLines, runResult } from './run-result.ts';
import { type RunState, RunWatcher } from './run-watcher.ts';

/** What `status` is asked about. */
export interface AskedStatus {
  readonly deployment: Deployment;
  readonly executionArn: string;
  /** Whether the table of jobs is asked for, too. */
  readonly hasChunks: boolean;
}

/** Number of a generation in the URI of its manifest. */
const GENERATION = /manifest-(\d{6})\.json$/;

/** The chunks of the run that were started; none before it is planned. */
async function chunksOf(
  { deployment }: AskedStatus,
  { view }: RunState,
  { output: uri, manifest }: RunResult,
  signal: AbortSignal,
): Promise<readonly ShownJob[]> {
  if (uri === null) return [];
  const { s3, dynamo } = deployment.clients;
  const { ledger: table } = await deployment.places();
  const [, complete] = GENERATION.exec(manifest ?? '') ?? [];
  const generation = view.planned?.header.generation ?? (Number(complete ?? 0) || undefined);
  const { jobs } = await readOutputJobs({ s3, dynamo, table }, { uri, generation }, signal);
  return await Array.fromAsync(jobs);
}

/**
 * Prints where an execution is, once.
 *
 * @throws {Exit} by 3 while it runs, by 1 where it did not succeed.
 */
export async function showStatus(asked: AskedStatus, io: CommandIo): Promise<void> {
  const { deployment, executionArn, hasChunks } = asked;
  const state = await new RunWatcher(deployment.clients.states, executionArn).look(io.signal);
  const result = runResult(executionArn, state, new Date());
  const jobs = hasChunks ? await chunksOf(asked, state, result, io.signal) : undefined;
  const lines = [...resultLines(result), ...(jobs === undefined ? [] : ['', ...jobLines(jobs)])];
  const object = { ...result, ...(jobs && { jobs }) };
  await write(io.stdout, `${io.json ? JSON.stringify(object) : lines.join('\n')}\n`);
  if (result.status === 'RUNNING') throw new Exit(EXIT_RUNNING);
  if (result.status !== 'SUCCEEDED') throw new Exit(1);
}
