import { executionArn, expressExecutionArn } from './arns.ts';
import type { Machine } from './definition.ts';
import { ExecutionInterrupted, StatesError } from './errors.ts';
import { execute, type Outcome } from './execute.ts';
import { History, type HistoryEvent } from './history.ts';
import type { ChildInput } from './item-batcher.ts';
import { parseJson } from './json.ts';
import { type Child, type ChildRecord, redrivenChild } from './map-records.ts';
import type { MapRun } from './map-run.ts';
import { exceedsTolerance, thresholdExceeded } from './map-settings.ts';
import { dataLimitExceeded, isOversized } from './payload-limit.ts';
import { randomUuid } from './random.ts';
import { ResumeTracker } from './resume.ts';
import { Slots } from './slots.ts';
import { createRun, executionStarted, type Identity } from './start-run.ts';

/** AWS runs at most 10,000 children of a map run at once. */
const MAX_PARALLEL_CHILDREN = 10_000;

/** An Express child may take five minutes. */
const EXPRESS_TIMEOUT_SECONDS = 300;

const COUNTED = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
  PENDING: 'pending',
} as const;

/**
 * Runs the children of one map run, as many at once as allowed, until all ended or too many failed.
 */
export class MapChildren {
  readonly #mapRun: MapRun;
  readonly #machine: Machine;
  readonly #slots: Slots;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #failure: StatesError | undefined;
  #isReading = true;

  constructor(mapRun: MapRun) {
    this.#mapRun = mapRun;
    const { processor, executionType } = mapRun.visit.state;
    const isExpress = executionType === 'EXPRESS';
    this.#machine = isExpress
      ? { ...processor, timeoutSeconds: EXPRESS_TIMEOUT_SECONDS }
      : processor;
    const wanted = mapRun.settings.maxConcurrency || MAX_PARALLEL_CHILDREN;
    this.#slots = new Slots(Math.min(wanted, MAX_PARALLEL_CHILDREN));
  }

  /**
   * @param inputs of all children, in order. They are read only as fast as children start. Once the
   *   run has failed, the rest is read and recorded as pending.
   * @throws {StatesError} why the map run failed.
   * @throws {ExecutionInterrupted} the parent was stopped.
   */
  async runAll(inputs: AsyncIterable<ChildInput>): Promise<void> {
    const { signal } = this.#mapRun.run;
    const stop = () => this.#stop.abort(new ExecutionInterrupted('ABORTED'));
    signal.addEventListener('abort', stop, { once: true });
    try {
      await this.#startAll(inputs);
    } catch (error) {
      if (!(error instanceof StatesError)) {
        stop();
        throw error;
      }
      this.#fail(error);
    } finally {
      await Promise.all(this.#running);
      signal.removeEventListener('abort', stop);
    }
    this.#isReading = false;
    this.#judge();
    signal.throwIfAborted();
    if (this.#failure) throw this.#failure;
  }

  async #startAll(inputs: AsyncIterable<ChildInput>): Promise<void> {
    const { run, earlier } = this.#mapRun;
    const { itemCounts, executionCounts } = this.#mapRun.record;
    let index = -1;
    for await (const child of inputs) {
      run.signal.throwIfAborted();
      index += 1;
      itemCounts.total += child.itemCount;
      executionCounts.total += 1;
      if (earlier.succeeded.has(index)) {
        this.#count({ itemCount: child.itemCount, status: 'SUCCEEDED' });
      } else {
        await this.#start(this.#identify(index, child));
      }
    }
  }

  async #start(child: Child): Promise<void> {
    if (!this.#failure) await this.#slots.take();
    this.#mapRun.run.signal.throwIfAborted();
    if (this.#failure) {
      await this.#record({ ...child, startDate: undefined, status: 'PENDING' });
      return;
    }
    const ended = this.#runChild(child).finally(() => {
      this.#running.delete(ended);
      this.#slots.give();
    });
    this.#running.add(ended);
  }

  /** A new child, or the one that a redrive goes on with. */
  #identify(index: number, { input, itemCount }: ChildInput): Child {
    const { run, visit, earlier } = this.#mapRun;
    const { stateMachineArn } = this.#mapRun.record;
    const { random, services } = run.runtime;
    const before = earlier.unsuccessful.get(index);
    if (before?.startDate !== undefined) {
      const resource = before.executionArn;
      const action = 'states:RedriveExecution';
      services.authorize({ accessKeyId: run.accessKeyId, action, resource, context: {} });
      return redrivenChild(before);
    }
    const text = JSON.stringify(input);
    if (isOversized(text)) throw dataLimitExceeded(visit.state.name, false);
    const name = randomUuid(random);
    const arn =
      visit.state.executionType === 'EXPRESS'
        ? expressExecutionArn(stateMachineArn, name, randomUuid(random))
        : executionArn(stateMachineArn, name);
    const identity = { index, name, executionArn: arn, stateMachineArn, itemCount, input: text };
    return { ...identity, startDate: run.runtime.clock.now(), redriveCount: 0 };
  }

  async #runChild(child: Child): Promise<void> {
    const { run, record } = this.#mapRun;
    const { itemCounts, executionCounts } = record;
    const { roleArn, accessKeyId } = run;
    const { now } = run.runtime.clock;
    itemCounts.running += child.itemCount;
    executionCounts.running += 1;
    const input = parseJson(child.input);
    const startDate = child.startDate ?? now();
    const identity = { ...child, input, startDate, roleArn, accessKeyId };
    const events: HistoryEvent[] = [];
    this.#mapRun.running.set(child.executionArn, { ...child, startDate, events });
    const { outcome, resume } = await this.#interpret(identity, child, events);
    this.#mapRun.running.delete(child.executionArn);
    itemCounts.running -= child.itemCount;
    executionCounts.running -= 1;
    await this.#record({ ...child, ...outcome, startDate, stopDate: now(), resume });
  }

  async #interpret(identity: Identity, child: Child, events: HistoryEvent[]) {
    const { runtime } = this.#mapRun.run;
    const tracker = new ResumeTracker();
    const history = new History({
      now: () => runtime.clock.now(),
      record(event) {
        tracker.follow(event);
        events.push(event);
      },
      lastId: child.resume?.enteredEventId,
    });
    const parts = { machine: this.#machine, history, signal: this.#stop.signal };
    const run = createRun(runtime, identity, parts);
    const first = { state: this.#machine.startAt, input: identity.input, variables: {} };
    const isRedriven = child.redriveCount > 0;
    if (!isRedriven) history.add('ExecutionStarted', executionStarted(identity, child.input));
    const outcome: Outcome = await execute(run, child.resume ?? first);
    const isStandard = this.#mapRun.visit.state.executionType === 'STANDARD';
    const resume = tracker.point ?? child.resume;
    return { outcome, resume: outcome.status !== 'SUCCEEDED' && isStandard ? resume : undefined };
  }

  async #record(record: ChildRecord): Promise<void> {
    this.#count(record);
    this.#judge();
    await this.#mapRun.children.append(record);
  }

  #count({ itemCount, status }: Pick<ChildRecord, 'itemCount' | 'status'>): void {
    this.#mapRun.record.itemCounts[COUNTED[status]] += itemCount;
    this.#mapRun.record.executionCounts[COUNTED[status]] += 1;
  }

  #judge(): void {
    const { settings, record } = this.#mapRun;
    const { itemCounts } = record;
    const failed = itemCounts.failed + itemCounts.timedOut;
    const total = this.#isReading ? undefined : itemCounts.total;
    if (exceedsTolerance(settings, failed, total)) this.#fail(thresholdExceeded());
  }

  #fail(failure: StatesError): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#stop.abort(new ExecutionInterrupted('ABORTED'));
  }
}
