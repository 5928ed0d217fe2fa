import { regionOf } from './arns.ts';
import { abandonable } from './clock.ts';
import type {
  ChoiceState,
  FailState,
  Next,
  TaskState,
  Transformation,
  WaitState,
} from './definition.ts';
import { queryEvaluationError, StatesError } from './errors.ts';
import { evaluate, evaluateTyped } from './expressions.ts';
import type { Json, JsonObject } from './json.ts';
import { invokeFunction, parseInvocation } from './lambda-task.ts';
import { serializePayload } from './payload-limit.ts';
import { bindingsOf, type Run, type StateVisit } from './run.ts';
import { isTimestamp } from './timestamp.ts';

/** What a state's own work gives, before `Output` and `Assign`. */
export interface Step {
  readonly next: Next;
  /** Handed on when there is no `Output`. */
  readonly result: Json;
  /** Further members of `$states` that `Output` and `Assign` see. */
  readonly seen?: JsonObject;
  readonly transformation: Transformation;
}

const TASK = { resourceType: 'lambda', resource: 'invoke' };

/** Rejects with `States.Timeout` when `work` is not done in time. */
async function withTimeout<T>(
  run: Run,
  work: Promise<T>,
  timeoutSeconds: number | undefined,
): Promise<T> {
  const wanted = abandonable(work, run.signal);
  if (timeoutSeconds === undefined) return wanted;
  const done = new AbortController();
  const tooLate = run.runtime.clock
    .sleep(timeoutSeconds * 1000, AbortSignal.any([done.signal, run.signal]))
    .then(() => Promise.reject(new StatesError('States.Timeout', undefined)));
  try {
    return await Promise.race([wanted, tooLate]);
  } finally {
    done.abort();
  }
}

function recordTaskFailure(run: Run, failure: StatesError): void {
  const { error, reason } = failure;
  const timedOut = error === 'States.Timeout' && reason === undefined;
  run.history.add(timedOut ? 'TaskTimedOut' : 'TaskFailed', {
    ...TASK,
    error: error ?? '',
    ...(reason !== undefined && { cause: reason }),
  });
}

/** Invokes the task's function once. @throws {StatesError} */
export async function runTask(run: Run, visit: StateVisit<TaskState>): Promise<Step> {
  const { state } = visit;
  const { history, runtime } = run;
  const bindings = bindingsOf(run, visit);
  const taken = await evaluate(state.arguments, bindings, 'Arguments');
  const timeoutInSeconds =
    state.timeoutSeconds === undefined
      ? undefined
      : await evaluateTyped('integer', state.timeoutSeconds, { bindings, field: 'TimeoutSeconds' });
  const invocation = parseInvocation(taken);
  history.add('TaskScheduled', {
    ...TASK,
    region: regionOf(run.stateMachineArn),
    parameters: serializePayload(taken, state.name),
    ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
  });
  history.add('TaskStarted', TASK);
  try {
    const work = invokeFunction(runtime.services, invocation, run.accessKeyId);
    const result = await withTimeout(run, work, timeoutInSeconds);
    const output = JSON.stringify(result);
    history.add('TaskSucceeded', { ...TASK, output, outputDetails: { truncated: false } });
    return { next: state.next, result, seen: { result }, transformation: state };
  } catch (error) {
    if (error instanceof StatesError && !error.traits.terminal) recordTaskFailure(run, error);
    throw error;
  }
}

/** Takes the first rule that holds, else the default. @throws {StatesError} */
export async function runChoice(run: Run, visit: StateVisit<ChoiceState>): Promise<Step> {
  const { state, input } = visit;
  const bindings = bindingsOf(run, visit);
  for (const [index, rule] of state.choices.entries()) {
    const field = `Choices[${index}]/Condition`;
    if (await evaluateTyped('boolean', rule.condition, { bindings, field })) {
      return { next: rule.next, result: input, transformation: rule };
    }
  }
  if (state.defaultNext !== undefined) {
    return { next: state.defaultNext, result: input, transformation: state };
  }
  throw new StatesError(
    'States.NoChoiceMatched',
    'Failed to transition out of the state. The state does not point to a next state.',
    { namesState: true },
  );
}

async function waitingTime(run: Run, visit: StateVisit<WaitState>): Promise<number> {
  const { seconds, timestamp } = visit.state;
  const bindings = bindingsOf(run, visit);
  if (seconds !== undefined) {
    const wanted = await evaluateTyped('integer', seconds, { bindings, field: 'Seconds' });
    if (wanted >= 0) return wanted * 1000;
    throw queryEvaluationError(`The Seconds field cannot be negative: ${wanted}`, 'Seconds');
  }
  const field = 'Timestamp';
  const until = await evaluateTyped('string', timestamp ?? '', { bindings, field });
  if (!isTimestamp(until)) {
    const reason = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${until}`;
    throw queryEvaluationError(reason, field);
  }
  return Date.parse(until) - run.runtime.clock.now();
}

/**
 * Waits for the seconds of the state, or until its time. Does not wait for a time that has passed.
 *
 * @throws {StatesError}
 */
export async function runWait(run: Run, visit: StateVisit<WaitState>): Promise<void> {
  const milliseconds = await waitingTime(run, visit);
  if (milliseconds > 0) await run.runtime.clock.sleep(milliseconds, run.signal);
}

/** The error that a Fail state ends with. @throws {StatesError} its fields cannot be evaluated. */
export async function runFail(run: Run, visit: StateVisit<FailState>): Promise<StatesError> {
  const { error, cause } = visit.state;
  const bindings = bindingsOf(run, visit);
  const text = (template: Json | undefined, field: string) =>
    template === undefined ? undefined : evaluateTyped('string', template, { bindings, field });
  return new StatesError(await text(error, 'Error'), await text(cause, 'Cause'));
}
