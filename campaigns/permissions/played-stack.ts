import type { LocalCloud } from '@sparse-fanout/local-cloud';
import { patience } from '#support/patience.ts';
import { type Execution, StackClient } from '#support/stack-client.ts';
import { GONE } from './assembly.ts';

/** Twice the longest wait of any scenario on a quiet machine, of which a test has several times. */
const PATIENCE_MILLISECONDS = patience(18_000);

/** Time for what may still happen after a denied call. */
const DENIED_PATIENCE_MILLISECONDS = patience(600);
const POLL_MILLISECONDS = 20;

/** Something that a scenario waited for did not happen, and no denied call explains it. */
export class WaitTimedOut extends Error {
  override readonly name = 'WaitTimedOut';

  constructor(awaited: string, milliseconds: number) {
    super(`timed out after ${milliseconds / 1000} s of waiting for ${awaited}`);
  }
}

/** What a scenario may wait for. */
export interface Awaited<T> {
  /** Its name in the message about a wait that was too long. */
  readonly what: string;
  /** Number of calls that were denied before the cause of the event. */
  readonly deniedBefore: number;
  /** @returns undefined as long as it has not happened. */
  look(): Promise<T | undefined>;
}

/** A deployment that scenarios are played on: no wait is endless. */
export class PlayedStack extends StackClient {
  readonly cloud: LocalCloud;
  readonly #patienceMilliseconds: number;

  constructor(cloud: LocalCloud, patienceMilliseconds = PATIENCE_MILLISECONDS) {
    super(cloud);
    this.cloud = cloud;
    this.#patienceMilliseconds = patienceMilliseconds;
  }

  /** Calls denied so far, without those that are denied on purpose. */
  deniedCalls(): number {
    return this.cloud.denials.filter(({ resource }) => resource !== GONE).length;
  }

  /** @throws {WaitTimedOut} it still runs, with or without a denied call. */
  override async endOf(executionArn: string): Promise<Execution> {
    const ended = await this.#wait(() => this.ended(executionArn));
    return ended ?? this.#giveUp(`the end of execution ${executionArn.split(':').at(-1)}`);
  }

  /**
   * Waits for what happens by itself; only a short time if a call has been denied since.
   *
   * @returns undefined when it did not happen and a call was denied.
   * @throws {WaitTimedOut} it did not happen though no call was denied.
   */
  async happens<T>({ what, deniedBefore, look }: Awaited<T>): Promise<T | undefined> {
    const wasDenied = () => this.deniedCalls() > deniedBefore;
    const found = await this.#wait(look, wasDenied);
    return found !== undefined || wasDenied() ? found : this.#giveUp(what);
  }

  async #wait<T>(
    look: () => Promise<T | undefined>,
    wasDenied = () => false,
  ): Promise<T | undefined> {
    let deadline = Date.now() + this.#patienceMilliseconds;
    while (Date.now() < deadline) {
      const found = await look();
      if (found !== undefined) return found;
      if (wasDenied()) deadline = Math.min(deadline, Date.now() + DENIED_PATIENCE_MILLISECONDS);
      await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
    }
    return undefined;
  }

  #giveUp(awaited: string): never {
    throw new WaitTimedOut(awaited, this.#patienceMilliseconds);
  }
}
