/** How Lambda lets one function grow. */
export interface LambdaScaling {
  /** Functions that the account may run at once. */
  readonly accountConcurrency: number;
  /** Environments that a function may get at once when it is idle. */
  readonly burst: number;
  /** Environments that it may get per second after that; they are not saved up. */
  readonly perSecond: number;
}

/**
 * What Lambda does by default: 1,000 functions at once, and 1,000 new environments of one function
 * in ten seconds, refilled all the time.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export const LAMBDA_SCALING: LambdaScaling = {
  accountConcurrency: 1_000,
  burst: 1_000,
  perSecond: 100,
};

/** How Lambda answers an invocation. */
type Start = 'warm' | 'cold' | 'throttled';

/** The environments of one function. */
export class LambdaEnvironments {
  readonly #scaling: LambdaScaling;
  #tokens: number;
  #filledAt = 0;
  #idle = 0;
  #busy = 0;
  #cold = 0;

  constructor(scaling: LambdaScaling) {
    this.#scaling = scaling;
    this.#tokens = scaling.burst;
  }

  /** Environments that were made. */
  get coldStarts(): number {
    return this.#cold;
  }

  /** Takes an environment at a time, which never goes back. */
  start(now: number): Start {
    const { accountConcurrency, burst, perSecond } = this.#scaling;
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) * perSecond);
    this.#filledAt = now;
    if (this.#busy >= accountConcurrency) return 'throttled';
    if (this.#idle > 0) {
      this.#idle -= 1;
      this.#busy += 1;
      return 'warm';
    }
    if (this.#tokens < 1) return 'throttled';
    this.#tokens -= 1;
    this.#busy += 1;
    this.#cold += 1;
    return 'cold';
  }

  /** Gives one back. */
  end(): void {
    this.#busy -= 1;
    this.#idle += 1;
  }
}
