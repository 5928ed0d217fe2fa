import {
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ListExecutionsCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { Execution } from '#support/stack-client.ts';
import type { PlayedStack } from './played-stack.ts';

/** Errors of a Map's children: they stand in its results, not in its own cause. */
async function childErrors(stack: PlayedStack): Promise<readonly string[]> {
  const keys = (await stack.keys('')).filter((key) => /\/results\/.*\/FAILED_/.test(key));
  const texts = keys.map((key) => stack.read(`s3://${stack.outputBucket}/${key}`));
  const lines = (await Promise.all(texts)).flatMap((text) => String(text).trim().split('\n'));
  return lines.map((line) => {
    const { Error: error = '', Cause: cause = '' } = JSON.parse(line);
    return `${error}: ${cause}`;
  });
}

export async function reasonsOf(stack: PlayedStack, ended: Execution): Promise<string> {
  const { status, error, cause } = ended;
  return [`${status} ${error}: ${cause}`, ...(await childErrors(stack))].join('\n');
}

/** Whether the reasons have a conflict about `key`: those of earlier scenarios are there, too. */
export function isConflictAt(reasons: string, key: string): boolean {
  const lines = reasons.split('\n');
  return lines.some((line) => line.includes('OutputConflictError') && line.includes(key));
}

export async function whyNot(
  stack: PlayedStack,
  request: unknown,
  error?: string,
): Promise<string | undefined> {
  const ended = await stack.run(request);
  const isMeant = error === undefined ? ended.status === 'SUCCEEDED' : ended.error === error;
  return isMeant ? undefined : await reasonsOf(stack, ended);
}

async function executions(stack: PlayedStack): Promise<readonly string[]> {
  const stateMachineArn = stack.output('StateMachineArn');
  const listed = await stack.states.send(new ListExecutionsCommand({ stateMachineArn }));
  return (listed.executions ?? []).map(({ executionArn }) => executionArn ?? '');
}

/** Does what should start a run, and reports how the run ended. */
export async function started(
  stack: PlayedStack,
  cause: () => Promise<unknown>,
): Promise<string | undefined> {
  const before = new Set(await executions(stack));
  const denied = stack.deniedCalls();
  await cause();
  const look = async () => (await executions(stack)).find((arn) => !before.has(arn));
  const arn = await stack.happens({ what: 'an execution to start', deniedBefore: denied, look });
  if (arn === undefined) return 'no execution was started';
  const ended = await stack.endOf(arn);
  return ended.status === 'SUCCEEDED' ? undefined : await reasonsOf(stack, ended);
}

export async function remove(stack: PlayedStack, prefix: string, pattern: RegExp): Promise<void> {
  for (const Key of (await stack.keys(prefix)).filter((key) => pattern.test(key))) {
    await stack.s3.send(new DeleteObjectCommand({ Bucket: stack.outputBucket, Key }));
  }
}

export async function leftovers(stack: PlayedStack): Promise<string | undefined> {
  const command = new ListMultipartUploadsCommand({ Bucket: stack.outputBucket });
  const { Uploads = [] } = await stack.s3.send(command);
  const keys = Uploads.map(({ Key }) => Key);
  return keys.length > 0 ? `parts are left behind: ${keys.join(', ')}` : undefined;
}

/**
 * Waits for what ReportFailure writes about a failed execution: a message, and a report if there is
 * a run.
 */
export async function reported(
  stack: PlayedStack,
  deniedBefore: number,
  executionArn: string,
): Promise<string | undefined> {
  const topicArn = stack.output('FailureTopicArn');
  const record = await stack.happens({
    what: `the message about the failure of execution ${executionArn.split(':').at(-1)}`,
    deniedBefore,
    async look() {
      const texts = (await stack.cloud.topicMessages(topicArn)).map(({ message }) => message);
      return texts.find((text) => text.includes(`"executionArn":"${executionArn}"`));
    },
  });
  if (record === undefined) return 'nobody got a message about the failure';
  const { requestContext, responsePayload } = JSON.parse(record);
  if (requestContext.condition !== 'Success') return `no report was made: ${record}`;
  if (typeof responsePayload.report !== 'string') return undefined;
  const report = JSON.parse(String(await stack.read(responsePayload.report)));
  return report.sourceProblem === null ? undefined : `${report.sourceProblem}`;
}

interface Conflict {
  readonly executionArn: string;
  readonly problem: string | undefined;
}

/**
 * Runs a request while a foreign object lies at the key of its first chunk, until that is reported.
 */
export async function conflict(
  stack: PlayedStack,
  name: string,
  source: object,
): Promise<Conflict> {
  const Bucket = stack.outputBucket;
  const Key = `${name}/data/chunk-000000.csv`;
  await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
  const output = { uri: `s3://${Bucket}/${name}/` };
  const denied = stack.deniedCalls();
  const executionArn = await stack.startExecution({ source, output });
  const ended = await reasonsOf(stack, await stack.endOf(executionArn));
  const isMeant = isConflictAt(ended, Key);
  const problem = isMeant ? await reported(stack, denied, executionArn) : ended;
  await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
  return { executionArn, problem };
}

export async function redrive(
  stack: PlayedStack,
  executionArn: string,
): Promise<string | undefined> {
  await stack.states.send(new RedriveExecutionCommand({ executionArn }));
  const ended = await stack.endOf(executionArn);
  return ended.status === 'SUCCEEDED' ? undefined : await reasonsOf(stack, ended);
}
