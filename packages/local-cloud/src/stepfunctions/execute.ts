import { ExecutionInterrupted, StatesError } from './errors.ts';
import { interpret } from './interpret.ts';
import type { JsonObject } from './json.ts';
import type { Run, StartingPoint } from './run.ts';

/** How an execution ended. */
export type Outcome =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | {
      readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
      readonly error?: string;
      readonly cause?: string;
    };

const ENDINGS = {
  FAILED: 'ExecutionFailed',
  TIMED_OUT: 'ExecutionTimedOut',
  ABORTED: 'ExecutionAborted',
} as const;

function outcomeOf(thrown: unknown): Outcome {
  if (thrown instanceof StatesError) {
    return { status: 'FAILED', error: thrown.error, cause: thrown.reason };
  }
  if (thrown instanceof ExecutionInterrupted) {
    return { status: thrown.status, error: thrown.error, cause: thrown.reason };
  }
  return { status: 'FAILED', error: 'States.Runtime', cause: String(thrown) };
}

/** Interprets under the machine's own time limit. */
async function interpretInTime(run: Run, start: StartingPoint): Promise<string> {
  const { timeoutSeconds } = run.machine;
  if (timeoutSeconds === undefined) return interpret(run, start);
  const timeout = new AbortController();
  const done = new AbortController();
  const signal = AbortSignal.any([run.signal, timeout.signal]);
  run.runtime.clock.sleep(timeoutSeconds * 1000, done.signal).then(
    () => timeout.abort(new ExecutionInterrupted('TIMED_OUT')),
    () => undefined,
  );
  try {
    return await interpret({ ...run, signal }, start);
  } finally {
    done.abort();
  }
}

/** Runs one execution to its end and records the event that ends it. Never rejects. */
export async function execute(run: Run, start: StartingPoint): Promise<Outcome> {
  try {
    const output = await interpretInTime(run, start);
    run.history.addLast('ExecutionSucceeded', { output, outputDetails: { truncated: false } });
    return { status: 'SUCCEEDED', output };
  } catch (thrown) {
    const outcome = outcomeOf(thrown);
    if (outcome.status === 'SUCCEEDED') throw thrown;
    const details: JsonObject = {
      ...(outcome.error !== undefined && { error: outcome.error }),
      ...(outcome.cause !== undefined && { cause: outcome.cause }),
    };
    run.history.addLast(ENDINGS[outcome.status], details);
    return outcome;
  }
}
