import { setTimeout as delay } from 'node:timers/promises';

/** The time that executions see. Tests give one that jumps. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `milliseconds`. Rejects with the reason of the signal once that is aborted. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Node's timers hold at most 2^31 - 1 milliseconds, about 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(milliseconds, signal) {
    let left = milliseconds;
    while (left > 0) {
      try {
        await delay(Math.min(left, LONGEST_TIMER), undefined, { signal, ref: false });
      } catch (error) {
        // The timer's own error only says that it was aborted, not why.
        signal.throwIfAborted();
        throw error;
      }
      left -= LONGEST_TIMER;
    }
  },
};

/**
 * Rejects with the signal's reason as soon as it is aborted; what `work` does afterwards is
 * ignored.
 */
export function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    // What is ignored may fail, too: a rejection that nobody handles would end the process.
    work.catch(() => undefined);
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const abandon = () => reject(signal.reason);
    signal.addEventListener('abort', abandon, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
  });
}
