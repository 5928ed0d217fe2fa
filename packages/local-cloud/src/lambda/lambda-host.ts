import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Failed } from '#local/storage-failure.ts';
import { ExecutionEnvironment, type Mishap, type Outcome } from './execution-environment.ts';
import type { FunctionConfiguration } from './function-configuration.ts';
import { type FunctionLog, openFunctionLog } from './function-log.ts';
import { LATEST, nameOf, qualifierOf } from './function-names.ts';
import type { KeptVersion } from './kept-versions.ts';
import { LambdaException } from './lambda-errors.ts';
import { Scratch } from './scratch.ts';

/** Answer of a synchronous invocation, as the Invoke API gives it. */
export interface InvokeResult extends Outcome {
  readonly statusCode: number;
  readonly executedVersion: string;
}

/** Answer of the last try of an asynchronous invocation. */
export interface AsyncResult extends InvokeResult {
  /** Tries made. */
  readonly invokeCount: number;
}

/** Resources that one process of a function used. */
export interface ProcessFigures {
  readonly functionName: string;
  readonly pid: number | undefined;
  readonly invocations: number;
  /**
   * Highest resident memory, sampled after each invocation; 0 where the system does not report it.
   */
  readonly peakRssBytes: number;
}

/** What a {@link LambdaHost} runs, and how much of it at once. */
export interface LambdaHostOptions {
  readonly functions: readonly FunctionConfiguration[];
  /** Published versions of these functions that earlier templates had. @default none */
  readonly earlierVersions?: readonly KeptVersion[];
  /** The whole environment of a function's processes. */
  readonly environmentOf: (
    configuration: FunctionConfiguration,
  ) => Readonly<Record<string, string>>;
  /** Where each function's log lies, `<function name>.jsonl`. */
  readonly logDirectory: string;
  /** Where the ephemeral storage of each process lies. What lay there before is removed. */
  readonly scratchDirectory: string;
  /** Invocations that run at once on this machine; more wait for their turn. */
  readonly concurrency: number;
  /** What happens to the process of an invocation. @default nothing */
  readonly mishapOf?: ((functionName: string, payload: string) => Mishap | undefined) | undefined;
  /** Called when a log can no longer be written. @default nobody hears of it */
  readonly failed?: Failed;
}

/** Bytes of a synchronous request. */
const MAX_REQUEST_BYTES = 6 * 1024 * 1024;

/** Invocations at once in one account and region before Lambda throttles. */
const ACCOUNT_CONCURRENCY = 1000;

interface HostedFunction {
  readonly configuration: FunctionConfiguration;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly log: FunctionLog;
  readonly idle: ExecutionEnvironment[];
  inFlight: number;
}

function hostedFunction(
  configuration: FunctionConfiguration,
  log: FunctionLog,
  environment: HostedFunction['environment'],
): HostedFunction {
  return { configuration, environment, log, idle: [], inFlight: 0 };
}

/**
 * Runs the functions of a stack, each invocation in a process of its own that is used again when
 * warm.
 */
export class LambdaHost {
  readonly #functions: ReadonlyMap<string, HostedFunction>;
  /** By ARN. */
  readonly #earlierVersions: ReadonlyMap<string, HostedFunction>;
  /** Living environments with the names of their functions. */
  readonly #environments = new Map<ExecutionEnvironment, string>();
  readonly #figures: ProcessFigures[] = [];
  readonly #scratchDirectory: string;
  readonly #concurrency: number;
  readonly #mishapOf: (functionName: string, payload: string) => Mishap | undefined;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  #inFlight = 0;
  #closed = false;

  /** @throws {LambdaException} a function's environment is not allowed. */
  constructor(options: LambdaHostOptions) {
    const { functions, environmentOf, logDirectory, concurrency, failed = () => {} } = options;
    this.#concurrency = concurrency;
    this.#scratchDirectory = options.scratchDirectory;
    rmSync(this.#scratchDirectory, { recursive: true, force: true });
    this.#mishapOf = options.mishapOf ?? (() => undefined);
    mkdirSync(logDirectory, { recursive: true });
    this.#functions = new Map(
      functions.map((configuration) => {
        const environment = environmentOf(configuration);
        const log = openFunctionLog(join(logDirectory, `${configuration.name}.jsonl`), failed);
        return [configuration.name, hostedFunction(configuration, log, () => environment)];
      }),
    );
    this.#earlierVersions = new Map(
      (options.earlierVersions ?? []).flatMap(({ arn, configuration }) => {
        const log = this.#functions.get(configuration.name)?.log;
        const environment = () => environmentOf(configuration);
        return log === undefined
          ? []
          : [[arn, hostedFunction(configuration, log, environment)] as const];
      }),
    );
  }

  /** ARN of a function given by name or ARN. @throws {LambdaException} there is none. */
  arnOf(functionName: string): string {
    return this.#find(functionName).configuration.arn;
  }

  /**
   * ARN of what a call names: of a function, or of a published version of it.
   *
   * @throws {LambdaException} there is none.
   */
  qualifiedArnOf(functionName: string): string {
    const { configuration } = this.#find(functionName);
    const qualifier = qualifierOf(functionName);
    if (qualifier === undefined || qualifier === LATEST) return configuration.arn;
    const arn = `${configuration.arn}:${qualifier}`;
    if (configuration.versionArns.includes(arn) || this.#earlierVersions.has(arn)) return arn;
    throw new LambdaException('ResourceNotFoundException', `Function not found: ${arn}`);
  }

  /**
   * Invokes a function and waits for its answer. `payload` is JSON text. A function that fails,
   * times out or dies is an answer with `functionError`, not a rejection.
   *
   * @throws {LambdaException} named as AWS names it: no such function, throttled, request too
   * large.
   */
  async invoke(functionName: string, payload: string): Promise<InvokeResult> {
    return await this.#admitted(functionName, payload, async (hosted) => {
      await this.#turn();
      try {
        return await this.#run(hosted, payload, functionName);
      } finally {
        this.#yieldTurn();
      }
    });
  }

  /**
   * As {@link invoke}, for a caller that is a function itself: it has a turn, and waits meanwhile.
   * If this one had to wait for a turn, too, callers could hold all of them.
   */
  async invokeNested(functionName: string, payload: string): Promise<InvokeResult> {
    return await this.#admitted(functionName, payload, (hosted) =>
      this.#run(hosted, payload, functionName),
    );
  }

  async #admitted(
    functionName: string,
    payload: string,
    run: (hosted: HostedFunction) => Promise<InvokeResult>,
  ): Promise<InvokeResult> {
    const hosted = this.#find(functionName);
    if (Buffer.byteLength(payload) > MAX_REQUEST_BYTES) {
      throw new LambdaException(
        'RequestEntityTooLargeException',
        `Request must be smaller than ${MAX_REQUEST_BYTES} bytes for the InvokeFunction operation`,
      );
    }
    this.#admit(hosted);
    try {
      return await run(hosted);
    } finally {
      hosted.inFlight -= 1;
      this.#inFlight -= 1;
    }
  }

  /**
   * Invokes a function as an event source does: again while it fails and has retries left. The
   * minutes that Lambda waits between tries are not simulated. Answers with the last try.
   *
   * @throws {LambdaException} as {@link invoke} does.
   */
  async invokeAsync(functionName: string, payload: string): Promise<AsyncResult> {
    const { asyncRetries } = this.#find(functionName).configuration;
    for (let invokeCount = 1; ; invokeCount += 1) {
      const result = await this.invoke(functionName, payload);
      if (!result.functionError || invokeCount > asyncRetries) return { ...result, invokeCount };
    }
  }

  /** Figures of every process so far, ended ones first. */
  processes(): readonly ProcessFigures[] {
    const living = [...this.#environments].map(([environment, name]) =>
      figuresOf(name, environment),
    );
    return [...this.#figures, ...living];
  }

  /**
   * Kills every process and refuses further invocations. Those under way end with
   * `Runtime.ExitError`.
   */
  async close(): Promise<void> {
    this.#closed = true;
    for (const wake of this.#waiting.splice(0)) wake();
    await Promise.all([...this.#environments.keys()].map((environment) => environment.stop()));
    await Promise.all([...this.#functions.values()].map(({ log }) => log.close()));
  }

  #find(functionName: string): HostedFunction {
    const hosted = this.#functions.get(nameOf(functionName));
    if (hosted) return this.#earlier(hosted, qualifierOf(functionName)) ?? hosted;
    throw new LambdaException('ResourceNotFoundException', `Function not found: ${functionName}`);
  }

  /** A version that an earlier template had; undefined if the qualifier names none. */
  #earlier({ configuration }: HostedFunction, qualifier = LATEST): HostedFunction | undefined {
    return this.#earlierVersions.get(`${configuration.arn}:${qualifier}`);
  }

  #admit(hosted: HostedFunction): void {
    const reserved = hosted.configuration.reservedConcurrency ?? ACCOUNT_CONCURRENCY;
    if (hosted.inFlight >= reserved || this.#inFlight >= ACCOUNT_CONCURRENCY) {
      throw new LambdaException('TooManyRequestsException', 'Rate Exceeded.');
    }
    hosted.inFlight += 1;
    this.#inFlight += 1;
  }

  async #turn(): Promise<void> {
    if (this.#busy < this.#concurrency) {
      this.#busy += 1;
      return;
    }
    // An invocation that ends hands its place to the next one, so `#busy` stays the same.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #yieldTurn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy -= 1;
  }

  async #run(hosted: HostedFunction, payload: string, functionName: string): Promise<InvokeResult> {
    const executedVersion = qualifierOf(functionName) ?? LATEST;
    const mishap = this.#mishapOf(hosted.configuration.name, payload);
    for (;;) {
      const environment = await this.#environmentFor(hosted);
      const outcome = await environment.invoke(payload, mishap);
      if (environment.isAlive && !this.#closed) hosted.idle.push(environment);
      else await this.#retire(hosted, environment);
      if (outcome) return { ...outcome, statusCode: 200, executedVersion };
    }
  }

  async #environmentFor(hosted: HostedFunction): Promise<ExecutionEnvironment> {
    if (this.#closed) throw new LambdaException('ServiceException', 'the local cloud is closing');
    const warm = hosted.idle.pop();
    if (warm?.isAlive) return warm;
    if (warm) await this.#retire(hosted, warm);
    const { ephemeralMegabytes: megabytes } = hosted.configuration;
    const scratch =
      megabytes === undefined ? undefined : new Scratch(this.#scratchDirectory, megabytes);
    const environment = new ExecutionEnvironment(hosted.configuration, hosted.log, scratch);
    this.#environments.set(environment, hosted.configuration.name);
    await environment.start(hosted.environment());
    return environment;
  }

  async #retire(hosted: HostedFunction, environment: ExecutionEnvironment): Promise<void> {
    await environment.stop();
    this.#environments.delete(environment);
    this.#figures.push(figuresOf(hosted.configuration.name, environment));
  }
}

function figuresOf(functionName: string, environment: ExecutionEnvironment): ProcessFigures {
  const { pid, invocations, peakRssBytes } = environment;
  return { functionName, pid, invocations, peakRssBytes };
}
