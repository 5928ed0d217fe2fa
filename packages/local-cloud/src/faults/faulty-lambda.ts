import type { Mishap } from '#local/lambda/execution-environment.ts';
import { LambdaException } from '#local/lambda/lambda-errors.ts';
import type { InvokeResult } from '#local/lambda/lambda-host.ts';
import type { FaultInjector } from './fault-injector.ts';
import type { FaultKind } from './fault-plan.ts';

const CALL_KINDS: readonly FaultKind[] = [
  'lambda-throttled',
  'lambda-service-error',
  'lambda-twice',
];
const PROCESS_KINDS: readonly FaultKind[] = [
  'lambda-killed',
  'lambda-timeout',
  'lambda-deadline',
  'lambda-open-files',
];

/** Longest time from taking an invocation until the process is killed or runs out of time. */
const LATEST_END_MS = 120;

/**
 * A function that learns its deadline has at least this time left, and at most half a second more.
 */
const SHORTEST_DEADLINE_MS = 10_000;
const DEADLINE_SPAN_MS = 500;

/** What invokes a function. */
type Invoke = (functionName: string, payload: string) => Promise<InvokeResult>;

/** Invokes a function as a service does, with the faults of the Lambda service itself. */
export async function invokeWithFaults(
  faults: FaultInjector | undefined,
  invoke: Invoke,
  call: { readonly functionName: string; readonly payload: string },
): Promise<InvokeResult> {
  const { functionName, payload } = call;
  const operation = `invoke ${functionName}`;
  const fault = faults?.faultOf({ operation, kinds: CALL_KINDS, subject: payload });
  if (fault?.kind === 'lambda-throttled') {
    throw new LambdaException('TooManyRequestsException', 'Rate Exceeded.');
  }
  if (fault?.kind === 'lambda-service-error') {
    throw new LambdaException('ServiceException', 'The service encountered an internal error');
  }
  if (fault?.kind !== 'lambda-twice') return invoke(functionName, payload);
  const twins = [invoke(functionName, payload), invoke(functionName, payload)];
  const [first, second] = await Promise.allSettled(twins);
  const heard = fault.degree < 1 / 2 ? first : second;
  if (heard?.status === 'fulfilled') return heard.value;
  throw heard?.reason;
}

/** What happens to the process of an invocation. */
export function mishapOf(
  faults: FaultInjector,
  functionName: string,
  payload: string,
): Mishap | undefined {
  const operation = `run ${functionName}`;
  const fault = faults.faultOf({ operation, kinds: PROCESS_KINDS, subject: payload });
  if (fault === undefined) return undefined;
  const afterMilliseconds = fault.degree * LATEST_END_MS;
  if (fault.kind === 'lambda-killed') return { killAfterMilliseconds: afterMilliseconds };
  if (fault.kind === 'lambda-timeout') return { timeoutMilliseconds: afterMilliseconds };
  if (fault.kind === 'lambda-open-files') return { opensNothing: true };
  return { deadlineMilliseconds: SHORTEST_DEADLINE_MS + fault.degree * DEADLINE_SPAN_MS };
}
