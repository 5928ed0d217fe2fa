import type { Catcher, Retrier } from './definition.ts';
import type { StatesError } from './errors.ts';
import type { Random } from './random.ts';

function matches(names: readonly string[], error: StatesError): boolean {
  if (error.traits.terminal || error.error === undefined) return false;
  if (names.includes('States.ALL') || names.includes(error.error)) return true;
  return names.includes('States.TaskFailed') && error.error !== 'States.Timeout';
}

/** The catcher that takes an error, undefined when none does. */
export function findCatcher(catchers: readonly Catcher[], error: StatesError): Catcher | undefined {
  return catchers.find((catcher) => matches(catcher.errorEquals, error));
}

/** Counts the retries of one visit to a state, for each of its retriers. */
export class Retries {
  readonly #retriers: readonly Retrier[];
  readonly #random: Random;
  readonly #spent = new Map<Retrier, number>();
  #total = 0;

  constructor(retriers: readonly Retrier[], random: Random) {
    this.#retriers = retriers;
    this.#random = random;
  }

  /** Retries so far, which the context object gives as `State.RetryCount`. */
  get count(): number {
    return this.#total;
  }

  /**
   * Takes one retry of the first retrier that names the error.
   *
   * @returns milliseconds to wait before it, or undefined when the error is not to be retried (any
   *   more).
   */
  next(error: StatesError): number | undefined {
    const retrier = this.#retriers.find((entry) => matches(entry.errorEquals, error));
    const spent = retrier === undefined ? 0 : (this.#spent.get(retrier) ?? 0);
    if (retrier === undefined || spent >= retrier.maxAttempts) return undefined;
    this.#spent.set(retrier, spent + 1);
    this.#total += 1;
    const grown = retrier.intervalSeconds * retrier.backoffRate ** spent;
    const seconds = Math.min(grown, retrier.maxDelaySeconds);
    return 1000 * (retrier.jitterStrategy === 'FULL' ? seconds * this.#random() : seconds);
  }
}
