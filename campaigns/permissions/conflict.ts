import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { LocalStack } from '#support/local-stack.ts';
import { deniedCalls, describeEnd, happens, isConflictAt } from './watch.ts';

/**
 * Waits until ReportFailure has published a failed execution, and reads its report where there is
 * one. @returns what is wrong with them.
 */
export async function reported(
  stack: LocalStack,
  deniedBefore: number,
  executionArn: string,
): Promise<string | undefined> {
  const topicArn = stack.output('FailureTopicArn');
  const record = await happens(stack, deniedBefore, async () => {
    const texts = (await stack.cloud.topicMessages(topicArn)).map(({ message }) => message);
    return texts.find((text) => text.includes(`"executionArn":"${executionArn}"`));
  });
  if (record === undefined) return 'nobody heard of the failure';
  const { requestContext, responsePayload } = JSON.parse(record);
  if (requestContext.condition !== 'Success') return `no report was made: ${record}`;
  if (typeof responsePayload.report !== 'string') return undefined;
  const report = JSON.parse(String(await stack.read(responsePayload.report)));
  return report.sourceProblem === null ? undefined : `${report.sourceProblem}`;
}

/** A run that failed by a conflict, and what went otherwise than it should. */
export interface Conflict {
  readonly executionArn: string;
  readonly problem: string | undefined;
}

/** Runs a request whose first chunk is there already, of someone else, until that is reported. */
export async function conflict(stack: LocalStack, name: string, source: object): Promise<Conflict> {
  const Bucket = stack.outputBucket;
  const Key = `${name}/data/chunk-000000.csv`;
  await stack.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of someone else' }));
  const output = { uri: `s3://${Bucket}/${name}/` };
  const denied = deniedCalls(stack);
  const executionArn = await stack.startExecution({ source, output });
  const ended = await describeEnd(stack, await stack.endOf(executionArn));
  const isMeant = isConflictAt(ended, Key);
  const problem = isMeant ? await reported(stack, denied, executionArn) : ended;
  await stack.s3.send(new DeleteObjectCommand({ Bucket, Key }));
  return { executionArn, problem };
}

/** Redrives an execution. @returns how it ended, where it failed again. */
export async function redrive(
  stack: LocalStack,
  executionArn: string,
): Promise<string | undefined> {
  await stack.states.send(new RedriveExecutionCommand({ executionArn }));
  const ended = await stack.endOf(executionArn);
  return ended.status === 'SUCCEEDED' ? undefined : await describeEnd(stack, ended);
}
