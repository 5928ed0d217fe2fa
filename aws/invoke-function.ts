import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import type { LambdaClient } from './clients/lambda.ts';
import { isNamed, translated } from './errors.ts';

/** How a function ended that failed. */
export interface FunctionFailure {
  /** As the runtime names it, such as `ValueError` or `Sandbox.Timedout`. */
  readonly type: string;
  readonly message: string;
}

/** An event for a version of a function. */
export interface FunctionEvent {
  /** ARN of the version. */
  readonly arn: string;
  readonly payload: object;
}

/** Lambda's words for a call that it did not begin, as too many are under way. */
const THROTTLED = 'TooManyRequestsException';

/** Between two calls that were not begun; twice as long each time. */
const WAIT_MILLISECONDS = { first: 500, most: 20_000 };

function failureOf(payload: Uint8Array | undefined): FunctionFailure {
  const text = Buffer.from(payload ?? []).toString();
  try {
    const { errorType, errorMessage } = JSON.parse(text);
    return { type: String(errorType ?? 'Error'), message: String(errorMessage ?? text) };
  } catch {
    return { type: 'Error', message: text };
  }
}

/**
 * Calls a function and waits until it ends; what it answers does not matter. Where Lambda runs too
 * many functions, it waits for its turn until the signal ends that: such a call has not begun.
 *
 * @returns how it failed; undefined if it did not.
 * @throws {AccessDeniedError} the caller may not.
 * @throws {ServiceUnavailableError} Lambda failed, or the connection broke; the function may run.
 */
export async function invokeFunction(
  client: LambdaClient,
  { arn, payload }: FunctionEvent,
  signal: AbortSignal,
): Promise<FunctionFailure | undefined> {
  const command = new InvokeCommand({ FunctionName: arn, Payload: JSON.stringify(payload) });
  for (let wait = WAIT_MILLISECONDS.first; ; wait = Math.min(2 * wait, WAIT_MILLISECONDS.most)) {
    try {
      const answer = await client.send(command, { abortSignal: signal });
      return answer.FunctionError === undefined ? undefined : failureOf(answer.Payload);
    } catch (error) {
      signal.throwIfAborted();
      if (!isNamed(error, THROTTLED)) throw translated(error, `invoke ${arn}`);
    }
    await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal });
  }
}
