import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  type ExecutionListItem,
  ListExecutionsCommand,
} from '@aws-sdk/client-sfn';
import { readStarts } from '#aws/ledger-audit.ts';
import { findRun } from '#aws/ledger-reads.ts';
import type { Deployment } from '#cli/deployment/deployment.ts';
import { machineOfExecution } from '#cli/deployment/deployment-options.ts';
import { isRunId, LATEST } from '#cli/options/run-argument.ts';
import { claimedRun } from '#cli/outputs/claimed-run.ts';
import { isS3Uri } from '#cli/sources/location.ts';
import { RunNotFound } from './run-not-found.ts';
import { textDistance } from './text-distance.ts';

/** Newest executions that a name is looked for among, by the runs that they work on. */
const RECENT = 20;

/** Executions that are named where the one that was asked for is not found. */
const NAMED = 3;

/** An execution, and the run that it works on, as far as that is known. */
interface Candidate {
  readonly execution: ExecutionListItem;
  readonly runId: string | undefined;
}

/** ARN of an execution of a state machine. */
function executionArnOf(stateMachineArn: string, name: string): string {
  return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

async function recentExecutions(
  { clients, stateMachineArn }: Deployment,
  maxResults: number,
  abortSignal: AbortSignal,
): Promise<readonly ExecutionListItem[]> {
  const list = new ListExecutionsCommand({ stateMachineArn, maxResults });
  return (await clients.states.send(list, { abortSignal })).executions ?? [];
}

async function ledgerOf({ clients, places }: Deployment) {
  return { client: clients.dynamo, table: (await places()).ledger };
}

async function describe(
  { clients }: Deployment,
  executionArn: string,
  abortSignal: AbortSignal,
): Promise<DescribeExecutionCommandOutput | undefined> {
  try {
    const command = new DescribeExecutionCommand({ executionArn });
    return await clients.states.send(command, { abortSignal });
  } catch (error) {
    const missing = ['ExecutionDoesNotExist', 'InvalidArn', 'ValidationException'];
    if (error instanceof Error && missing.includes(error.name)) return undefined;
    throw error;
  }
}

/** The newest executions with their runs. A GetItem for each. */
async function candidates(
  deployment: Deployment,
  signal: AbortSignal,
): Promise<readonly Candidate[]> {
  const executions = await recentExecutions(deployment, RECENT, signal);
  const ledger = await ledgerOf(deployment);
  return await Promise.all(
    executions.map(async (execution) => {
      const run = await findRun(ledger, execution.executionArn ?? '');
      return { execution, runId: run?.runId };
    }),
  );
}

/** How an execution is named for people: by its run, if it has one. */
function shownCandidate({ execution, runId }: Candidate): string {
  const { name, status, startDate } = execution;
  const started = startDate?.toISOString().slice(0, 16).replace('T', ' ');
  const which = runId === undefined ? `execution ${name}` : `run ${runId}, execution ${name}`;
  return `${which} (${status}, started ${started} UTC)`;
}

function notFound(asked: string, among: readonly Candidate[]): RunNotFound {
  const far = ({ execution, runId = '' }: Candidate) =>
    Math.min(textDistance(asked, execution.name ?? ''), textDistance(asked, runId));
  const nearest = among.toSorted((a, b) => far(a) - far(b)).slice(0, NAMED);
  const named = nearest.map(shownCandidate).join('; ');
  const what = `there is no run or execution ${JSON.stringify(asked)}`;
  if (named === '') return new RunNotFound(`${what}, and this state machine has none at all`);
  return new RunNotFound(`${what}; the nearest: ${named}`);
}

/** ARN of the last execution of a run, by its id, or by its output. */
async function executionOfRun(
  deployment: Deployment,
  asked: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const ledger = await ledgerOf(deployment);
  if (isS3Uri(asked)) {
    const { name } = await claimedRun(deployment.clients.s3, { uri: asked }, signal);
    return (await readStarts(ledger, name))?.lastExecution;
  }
  return isRunId(asked) ? (await readStarts(ledger, asked))?.lastExecution : undefined;
}

async function latest(deployment: Deployment, signal: AbortSignal): Promise<string> {
  const [newest] = await recentExecutions(deployment, 1, signal);
  if (newest?.executionArn !== undefined) return newest.executionArn;
  throw new RunNotFound('nothing has run here yet; start a run by run <source>');
}

/**
 * Finds the execution that a command is about.
 *
 * @param asked a run id, the name or ARN of an execution, the URI of an output, or `latest`.
 * @throws {RunNotFound} there is none; names the nearest.
 * @throws {SourceNotFoundError} no run has claimed the output.
 */
export async function findExecution(
  deployment: Deployment,
  asked: string,
  signal: AbortSignal,
): Promise<DescribeExecutionCommandOutput> {
  const { stateMachineArn } = deployment;
  if (asked === LATEST) {
    const arn = await latest(deployment, signal);
    return (await describe(deployment, arn, signal))!;
  }
  const isArn = machineOfExecution(asked) !== undefined;
  const arn = isArn ? asked : await executionOfRun(deployment, asked, signal);
  const named = arn ?? executionArnOf(stateMachineArn, asked);
  const found = isS3Uri(named) ? undefined : await describe(deployment, named, signal);
  if (found !== undefined) return found;
  const among = await candidates(deployment, signal);
  // A batch of an output is recorded under the number of its generation, too.
  const same = among.find(({ runId }) => runId === asked)?.execution.executionArn;
  if (same === undefined) throw notFound(asked, among);
  return (await describe(deployment, same, signal))!;
}
