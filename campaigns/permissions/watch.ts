import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { LocalStack } from '#support/local-stack.ts';
import type { Execution } from '#support/stack-client.ts';
import { GONE } from './assembly.ts';

const PATIENCE_MILLISECONDS = 20_000;
const DENIED_PATIENCE_MILLISECONDS = 3_000;
const POLL_MILLISECONDS = 20;

/** Errors of a Map's children: they stand in its results, not in its own cause. */
async function childErrors(stack: LocalStack): Promise<readonly string[]> {
  const keys = (await stack.keys('')).filter((key) => /\/results\/.*\/FAILED_/.test(key));
  const texts = keys.map((key) => stack.read(`s3://${stack.outputBucket}/${key}`));
  const lines = (await Promise.all(texts)).flatMap((text) => String(text).trim().split('\n'));
  return lines.map((line) => {
    const { Error: error = '', Cause: cause = '' } = JSON.parse(line);
    return `${error}: ${cause}`;
  });
}

/** How an execution ended, with the errors of its children, a line each. */
export async function describeEnd(stack: LocalStack, ended: Execution): Promise<string> {
  const { status, error, cause } = ended;
  return [`${status} ${error}: ${cause}`, ...(await childErrors(stack))].join('\n');
}

/** Whether an end has a conflict about `key`; children of earlier scenarios stand in it as well. */
export function isConflictAt(end: string, key: string): boolean {
  const lines = end.split('\n');
  return lines.some((line) => line.includes('OutputConflictError') && line.includes(key));
}

/** Runs a request. @returns how it ended where that is not as meant: by this error or by success. */
export async function whyNot(
  stack: LocalStack,
  request: unknown,
  error?: string,
): Promise<string | undefined> {
  const ended = await stack.run(request);
  const isMeant = error === undefined ? ended.status === 'SUCCEEDED' : ended.error === error;
  return isMeant ? undefined : await describeEnd(stack, ended);
}

/** Calls denied so far, but for those that are meant to be. */
export function deniedCalls({ cloud }: LocalStack): number {
  return cloud.denials.filter(({ resource }) => resource !== GONE).length;
}

/** Waits for what happens by itself; not for long when a call was denied that was not before. */
export async function happens<T>(
  stack: LocalStack,
  deniedBefore: number,
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  let deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== undefined) return found;
    if (deniedCalls(stack) > deniedBefore) {
      deadline = Math.min(deadline, Date.now() + DENIED_PATIENCE_MILLISECONDS);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
  return undefined;
}

async function executions(stack: LocalStack): Promise<readonly string[]> {
  const stateMachineArn = stack.output('StateMachineArn');
  const listed = await stack.states.send(new ListExecutionsCommand({ stateMachineArn }));
  return (listed.executions ?? []).map(({ executionArn }) => executionArn ?? '');
}

/** Does what should start a run. @returns how that run ended, where it failed. */
export async function started(
  stack: LocalStack,
  cause: () => Promise<unknown>,
): Promise<string | undefined> {
  const before = new Set(await executions(stack));
  const denied = deniedCalls(stack);
  await cause();
  const look = async () => (await executions(stack)).find((arn) => !before.has(arn));
  const arn = await happens(stack, denied, look);
  if (arn === undefined) return 'no execution was started';
  const ended = await stack.endOf(arn);
  return ended.status === 'SUCCEEDED' ? undefined : await describeEnd(stack, ended);
}
