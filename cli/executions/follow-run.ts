import { setTimeout as sleep } from 'node:timers/promises';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { translated } from '#aws/errors.ts';
import { ServiceUnavailableError, ThrottledError } from '#core/errors.ts';
import { type RunState, RunWatcher } from './run-watcher.ts';

/** Between two looks; DescribeMapRun may be called once per second by all who watch. */
const LOOK_MILLISECONDS = 5_000;

/** A run that has taken long will take long. */
const LATER_MILLISECONDS = 15_000;
const LATER_AFTER_MILLISECONDS = 600_000;

/** So that all calls together stay at 0.4 per second. */
const MILLISECONDS_PER_CALL = 2_500;

/** Longest wait after AWS has refused a look, and refusals in a row that are borne. */
const MAX_WAIT_MILLISECONDS = 60_000;
const MAX_REFUSALS = 10;

/** What is done with an execution that is watched. */
export interface Following {
  /** Called after each look. */
  readonly onState: (state: RunState) => void | Promise<void>;
  /** Give up after so many seconds. @default never */
  readonly timeoutSeconds?: number | undefined;
  readonly signal: AbortSignal;
}

/** How long to wait after a look. */
export function pauseAfter(calls: number, watchedMilliseconds: number): number {
  const usual =
    watchedMilliseconds >= LATER_AFTER_MILLISECONDS ? LATER_MILLISECONDS : LOOK_MILLISECONDS;
  return Math.max(usual, calls * MILLISECONDS_PER_CALL);
}

/** Full jitter: any time up to a bound that doubles. @param random from 0 to 1 */
export function refusalPause(refusals: number, random: number): number {
  return random * Math.min(MAX_WAIT_MILLISECONDS, LOOK_MILLISECONDS * 2 ** refusals);
}

/** Whether a look failed by what passes: throttling, or a network that is gone for a while. */
function passes(error: unknown): boolean {
  const known = translated(error, 'look at the execution');
  return known instanceof ThrottledError || known instanceof ServiceUnavailableError;
}

/**
 * Looks at an execution until it has ended, or for so long as is given. At most 0.4 calls per
 * second, and two more at the begin.
 *
 * @returns what was seen last.
 */
export async function followRun(
  client: SFNClient,
  executionArn: string,
  { onState, timeoutSeconds = Number.POSITIVE_INFINITY, signal }: Following,
): Promise<RunState> {
  const watcher = new RunWatcher(client, executionArn);
  const startedAt = performance.now();
  for (let refusals = 0; ; ) {
    let pause: number;
    try {
      const state = await watcher.look(signal);
      await onState(state);
      const watched = performance.now() - startedAt;
      if (state.view.status !== 'RUNNING' || watched >= timeoutSeconds * 1000) return state;
      refusals = 0;
      pause = Math.min(pauseAfter(watcher.calls, watched), timeoutSeconds * 1000 - watched);
    } catch (error) {
      refusals += 1;
      if (refusals > MAX_REFUSALS || !passes(error)) throw error;
      pause = refusalPause(refusals, Math.random());
    }
    await sleep(pause, undefined, { signal });
  }
}
