import { randomUUID } from 'node:crypto';
import type { Failed } from '#local/storage-failure.ts';
import { executionArn } from './arns.ts';
import { type Clock, systemClock } from './clock.ts';
import { ApiError, ExecutionInterrupted } from './errors.ts';
import { execute } from './execute.ts';
import {
  ENDED_WITH_CLOUD,
  type ExecutionRecord,
  type ExecutionStatusChange,
  redrivenExecution,
  statusChange,
} from './execution-record.ts';
import { ExecutionStore } from './execution-store.ts';
import { createFunctions } from './functions.ts';
import { History } from './history.ts';
import { parseJson } from './json.ts';
import { loadDefinition } from './load.ts';
import { createMapRunner } from './map-runner.ts';
import { isOversized } from './payload-limit.ts';
import type { Random } from './random.ts';
import { ResumeTracker } from './resume.ts';
import type { Run, StartingPoint, StatesRuntime } from './run.ts';
import type { Services } from './services.ts';
import { createRun, executionStarted } from './start-run.ts';

/** A state machine to run, as the template defines it. */
export interface StateMachineDefinition {
  readonly name: string;
  readonly arn: string;
  /** JSON text in the Amazon States Language. */
  readonly definition: string;
  readonly roleArn: string;
  /** What the machine signs its calls with. */
  readonly roleAccessKeyId: string;
  /** Values of its tags, by their keys. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A state machine that was loaded. */
export interface StateMachine extends StateMachineDefinition {
  /** Milliseconds since 1970. */
  readonly creationDate: number;
}

/** What an engine works with. */
export interface EngineOptions {
  /** Executions and map runs are kept here. */
  readonly directory: string;
  readonly services: Services;
  /** @default the machine's own time */
  readonly clock?: Clock;
  /** For jitter and names. @default Math.random */
  readonly random?: Random;
  /** Called when an execution starts and when it ends; not for the children of a map. */
  readonly executionStatusChanged?: (change: ExecutionStatusChange) => void;
  /** Called when a history or record could not be kept. @default nobody hears of it */
  readonly failed?: Failed;
}

/** A call to start an execution. */
export interface StartRequest {
  readonly stateMachineArn: string;
  /** @default a UUID */
  readonly name?: string;
  /** JSON text. @default `{}` */
  readonly input?: string;
}

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

const EXECUTION_NAME = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

/** An execution can be redriven for 14 days. */
const REDRIVABLE_MILLISECONDS = 14 * 24 * 60 * 60 * 1000;

/** Why an execution cannot be redriven; undefined when it can. */
export function notRedrivable(record: ExecutionRecord, now: number): string | undefined {
  if (record.status === 'RUNNING' || record.status === 'SUCCEEDED') {
    return `Execution is ${record.status} and cannot be redriven`;
  }
  const isLate = now - (record.stopDate ?? now) > REDRIVABLE_MILLISECONDS;
  return isLate ? 'Execution is outside the redrivable period and cannot be redriven' : undefined;
}

function assertInput(input: string): void {
  if (isOversized(input)) {
    const constraint = 'Member must have length less than or equal to 262144';
    const message = `1 validation error detected: Value at 'input' failed to satisfy constraint: ${constraint}`;
    throw new ApiError('ValidationException', message);
  }
  try {
    parseJson(input);
  } catch (error) {
    const message = `Invalid State Machine Execution Input: '${String(error)}'`;
    throw new ApiError('InvalidExecutionInput', message);
  }
}

/** Loads state machines, and starts, stops and redrives their executions. */
export class Engine {
  readonly store: ExecutionStore;
  readonly clock: Clock;
  readonly #runtime: StatesRuntime;
  readonly #report: (change: ExecutionStatusChange) => void;
  readonly #failed: Failed;
  readonly #machines = new Map<string, StateMachine>();
  readonly #running = new Map<string, Running>();

  /** Use {@link Engine.open}. */
  private constructor(store: ExecutionStore, options: EngineOptions) {
    const { services, clock = systemClock, random = Math.random } = options;
    this.store = store;
    this.clock = clock;
    const runMap = createMapRunner(store);
    const functions = createFunctions(clock, random);
    this.#runtime = { services, clock, random, functions, runMap };
    this.#report = options.executionStatusChanged ?? (() => undefined);
    this.#failed = options.failed ?? (() => undefined);
  }

  /**
   * Opens the directory of an engine. Executions that ran when it was last used are shown and
   * reported as ABORTED.
   */
  static async open(options: EngineOptions): Promise<Engine> {
    const { now } = options.clock ?? systemClock;
    const store = await ExecutionStore.open(options.directory, now);
    const engine = new Engine(store, options);
    for (const record of store.recovered) engine.#report(statusChange(record));
    return engine;
  }

  get stateMachines(): Iterable<StateMachine> {
    return this.#machines.values();
  }

  /**
   * Loads a state machine, or another definition of one.
   *
   * @throws {UnsupportedDefinition}
   * @throws {InvalidDefinition}
   */
  createStateMachine(definition: StateMachineDefinition): void {
    loadDefinition(definition.definition);
    const creationDate = this.clock.now();
    this.#machines.set(definition.arn, { ...definition, creationDate });
  }

  /** @throws {ApiError} StateMachineDoesNotExist */
  stateMachine(arn: string): StateMachine {
    const machine = this.#machines.get(arn);
    if (machine !== undefined) return machine;
    throw new ApiError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  /** @throws {ApiError} ExecutionDoesNotExist */
  execution(arn: string): ExecutionRecord {
    const record = this.store.execution(arn);
    if (record !== undefined) return record;
    throw new ApiError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }

  /**
   * Starts an execution. If one of the same name and input is running, gives that one instead.
   *
   * @throws {ApiError} StateMachineDoesNotExist, ExecutionAlreadyExists, InvalidExecutionInput,
   *   InvalidName
   */
  async startExecution(request: StartRequest): Promise<ExecutionRecord> {
    const { definition, arn } = this.stateMachine(request.stateMachineArn);
    const { name = randomUUID(), input = '{}' } = request;
    if (!EXECUTION_NAME.test(name)) throw new ApiError('InvalidName', `Invalid Name: '${name}'`);
    assertInput(input);
    const before = this.store.execution(executionArn(arn, name));
    if (before?.status === 'RUNNING' && before.input === input) return before;
    if (before) {
      const message = `Execution Already Exists: '${before.executionArn}'`;
      throw new ApiError('ExecutionAlreadyExists', message);
    }
    const record: ExecutionRecord = {
      executionArn: executionArn(arn, name),
      ...{ name, input, definition, stateMachineArn: arn, status: 'RUNNING', redriveCount: 0 },
      startDate: this.clock.now(),
    };
    await this.store.createExecution(record);
    this.#launch(record);
    return record;
  }

  /** Stops an execution, which ends as ABORTED. @throws {ApiError} ExecutionDoesNotExist */
  async stopExecution(arn: string, error?: string, cause?: string): Promise<ExecutionRecord> {
    this.execution(arn);
    const running = this.#running.get(arn);
    running?.stop.abort(new ExecutionInterrupted('ABORTED', error, cause));
    await running?.ended;
    return this.execution(arn);
  }

  /**
   * Goes on with an execution from the state in which it failed. Of a Distributed Map it runs only
   * the children that did not succeed.
   *
   * @throws {ApiError} ExecutionDoesNotExist, ExecutionNotRedrivable, StateMachineDoesNotExist
   */
  async redriveExecution(arn: string): Promise<ExecutionRecord> {
    const before = this.execution(arn);
    this.stateMachine(before.stateMachineArn);
    const obstacle = notRedrivable(before, this.clock.now());
    if (obstacle !== undefined) throw new ApiError('ExecutionNotRedrivable', obstacle);
    const record = redrivenExecution(before, this.clock.now());
    // Before anything is awaited, so that a second redrive finds it running.
    const updated = this.store.updateExecution(record);
    const tracker = new ResumeTracker();
    let lastId = 0;
    for await (const event of this.store.events(arn)) {
      tracker.follow(event);
      lastId = event.id;
    }
    await updated;
    this.#launch(record, { lastId, point: tracker.point });
    return record;
  }

  /** Resolves once an execution has ended; at once when it is not running. */
  async settled(arn: string): Promise<ExecutionRecord> {
    await this.#running.get(arn)?.ended;
    return this.execution(arn);
  }

  /** Aborts what runs. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    const interruption = new ExecutionInterrupted('ABORTED', undefined, ENDED_WITH_CLOUD);
    for (const { stop } of running) stop.abort(interruption);
    await Promise.all(running.map(({ ended }) => ended));
  }

  #launch(record: ExecutionRecord, before?: { lastId: number; point?: StartingPoint }): void {
    const stop = new AbortController();
    const { roleArn, roleAccessKeyId: accessKeyId } = this.stateMachine(record.stateMachineArn);
    const input = parseJson(record.input);
    const identity = { ...record, input, roleArn, accessKeyId };
    const file = this.store.eventFile(record.executionArn);
    const history = new History({
      now: () => this.clock.now(),
      record: (event) => void file.append(event).catch(this.#failed),
      lastId: before?.lastId,
    });
    const machine = loadDefinition(record.definition);
    const parts = { machine, history, signal: stop.signal };
    const run = createRun(this.#runtime, identity, parts);
    if (before) history.addLast('ExecutionRedriven', { redriveCount: record.redriveCount });
    else history.add('ExecutionStarted', executionStarted(identity, record.input));
    const start = before?.point ?? { state: machine.startAt, input, variables: {} };
    this.#report(statusChange(record));
    const ended = this.#follow(run, start, record);
    this.#running.set(record.executionArn, { stop, ended });
  }

  async #follow(run: Run, start: StartingPoint, record: ExecutionRecord): Promise<void> {
    const outcome = await execute(run, start);
    await this.store.eventFile(record.executionArn).flush().catch(this.#failed);
    const ended = { ...record, ...outcome, stopDate: this.clock.now() };
    await this.store.updateExecution(ended).catch(this.#failed);
    this.#running.delete(record.executionArn);
    this.#report(statusChange(ended));
  }
}
