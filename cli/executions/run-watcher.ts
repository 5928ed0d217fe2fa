import type { SFNClient } from '@aws-sdk/client-sfn';
import { type ExecutionView, follow, UNSEEN } from './execution-view.ts';
import { readHistory } from './read-history.ts';
import { countChildren, type MapCounts, NO_COUNTS } from './run-counts.ts';
import { type SlowestChild, slowestChild } from './slowest-child.ts';

/** An execution as it was seen last. */
export interface RunState {
  readonly view: ExecutionView;
  /** Of the Map that runs now, or failed. */
  readonly counts: MapCounts;
  readonly slowest: SlowestChild | undefined;
}

/** The slowest child takes two calls, so it is not looked for each time. */
const SLOWEST_MILLISECONDS = 30_000;

/** Looks at one execution again and again, with Step Functions alone. */
export class RunWatcher {
  readonly #client: SFNClient;
  readonly #executionArn: string;
  #state: RunState = { view: UNSEEN, counts: NO_COUNTS, slowest: undefined };
  #slowestAt = performance.now();
  /** Calls of the last look. */
  calls = 0;

  constructor(client: SFNClient, executionArn: string) {
    this.#client = client;
    this.#executionArn = executionArn;
  }

  /** One GetExecutionHistory, and while a Map runs one DescribeMapRun; at times two calls more. */
  async look(signal: AbortSignal): Promise<RunState> {
    this.calls = 1;
    const { view: before } = this.#state;
    const events = await readHistory(this.#client, this.#executionArn, before.lastEvent, signal);
    const view = follow(before, events);
    const { mapRunArn } = view;
    const counts = mapRunArn === undefined ? NO_COUNTS : await this.#count(mapRunArn, signal);
    const isSlow = mapRunArn !== undefined && counts.running > 0;
    const slowest = isSlow ? await this.#slowest(mapRunArn, signal) : undefined;
    this.#state = { view, counts, slowest };
    return this.#state;
  }

  async #count(mapRunArn: string, signal: AbortSignal): Promise<MapCounts> {
    this.calls += 1;
    return await countChildren(this.#client, mapRunArn, signal);
  }

  async #slowest(mapRunArn: string, signal: AbortSignal): Promise<SlowestChild | undefined> {
    const now = performance.now();
    if (now - this.#slowestAt < SLOWEST_MILLISECONDS) return this.#state.slowest;
    this.#slowestAt = now;
    this.calls += 2;
    return await slowestChild(this.#client, mapRunArn, Date.now(), signal);
  }
}
