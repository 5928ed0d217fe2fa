import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FunctionConfiguration } from './function-configuration.ts';
import type { FunctionLog } from './function-log.ts';
import { allowOpening, forbidOpening } from './process-limits.ts';
import { type RuntimeApi, type RuntimeInvocation, startRuntimeApi } from './runtime-api.ts';
import type { Scratch } from './scratch.ts';

/** How an invocation ended. */
export interface Outcome {
  /** What the handler returned, or the error's description: JSON text. */
  readonly payload: string;
  /** Present when the function failed. */
  readonly functionError?: 'Unhandled';
}

/** What happens to the process of one invocation. Times count from when it took the invocation. */
export interface Mishap {
  readonly killAfterMilliseconds?: number;
  /** Ends the invocation by a timeout that the function does not know of. */
  readonly timeoutMilliseconds?: number;
  /** Replaces the function's own timeout. */
  readonly deadlineMilliseconds?: number;
  /** Each file or connection that the function opens fails with `EMFILE`. Linux only. */
  readonly opensNothing?: true;
}

const CLIENT = fileURLToPath(new URL('runtime-client.mjs', import.meta.url));

/** Share of the memory size given to V8's old generation, as AWS's runtime does. */
const HEAP_SHARE = 0.9;

/** A function without a {@link Scratch} writes nowhere and loads no native code. */
const READ_ONLY = ['--permission', '--allow-fs-read=*'];

/** Time to load the bundle before the first invocation, beside the function's own timeout. */
const INIT_MS = 10_000;

/** Bytes of a synchronous response. */
const MAX_RESPONSE_BYTES = 6_291_556;

function failure(errorType: string, errorMessage: string): Outcome {
  return { payload: JSON.stringify({ errorType, errorMessage }), functionError: 'Unhandled' };
}

/** Signals in the words of the Lambda service, which are Go's. */
const SIGNAL_NAMES: Readonly<Record<string, string>> = {
  SIGABRT: 'aborted',
  SIGKILL: 'killed',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
};

function exitMessage(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Runtime exited with error: signal: ${SIGNAL_NAMES[signal] ?? signal}`;
  if (code) return `Runtime exited with error: exit status ${code}`;
  return 'Runtime exited without providing a reason';
}

interface Running {
  readonly requestId: string;
  readonly payload: string;
  readonly mishap: Mishap;
  readonly finish: (outcome: Outcome | undefined) => void;
  isTaken: boolean;
}

/**
 * One process that runs a function's bundle, one invocation at a time, and is kept warm between
 * them. It is dead when its process has ended or a timeout has killed it.
 */
export class ExecutionEnvironment {
  readonly #configuration: FunctionConfiguration;
  readonly #log: FunctionLog;
  readonly #scratch: Scratch | undefined;
  #api: RuntimeApi | undefined;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #alive = true;
  #running: Running | undefined;
  #offer: ((invocation: RuntimeInvocation) => void) | undefined;
  #initializationError: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #peakRssBytes = 0;
  #invocations = 0;

  /** `scratch` is its ephemeral storage, if it has any; it goes with the environment. */
  constructor(configuration: FunctionConfiguration, log: FunctionLog, scratch?: Scratch) {
    this.#configuration = configuration;
    this.#log = log;
    this.#scratch = scratch;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /**
   * Highest resident memory of the process, sampled after each invocation; 0 where the system does
   * not report it.
   */
  get peakRssBytes(): number {
    return this.#peakRssBytes;
  }

  get invocations(): number {
    return this.#invocations;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process with exactly this environment, and the address of its Runtime API. */
  async start(environment: Readonly<Record<string, string>>): Promise<void> {
    const { codeDirectory, memoryMegabytes } = this.#configuration;
    this.#api = await startRuntimeApi({
      next: () => this.#next(),
      succeeded: (requestId, body) => this.#succeeded(requestId, body),
      failed: (requestId, payload) =>
        this.#finish(requestId, { payload, functionError: 'Unhandled' }),
      initializationFailed: (body) => {
        this.#initializationError = body;
      },
    });
    const heapMegabytes = Math.floor(memoryMegabytes * HEAP_SHARE);
    const scratch = this.#scratch;
    const own = scratch?.flags ?? [];
    const flags = [...READ_ONLY, ...own, `--max-old-space-size=${heapMegabytes}`];
    const child = spawn(process.execPath, [...flags, CLIENT], {
      cwd: codeDirectory,
      env: {
        ...environment,
        ...(scratch && { TMPDIR: scratch.directory }),
        AWS_LAMBDA_RUNTIME_API: this.#api.address,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    if (child.pid !== undefined) scratch?.bound(child.pid);
    this.#log.follow(child.stdout);
    this.#log.follow(child.stderr);
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#ended(exitMessage(code, signal));
        resolve();
      });
      child.once('error', (error) => {
        this.#ended(error.message);
        resolve();
      });
    });
  }

  /**
   * Runs one invocation to its end; never rejects. The environment must be idle. Answers undefined
   * when a warm process was about to end and did not take the invocation. Then the invocation has
   * not run, and another process may run it.
   */
  invoke(payload: string, mishap: Mishap = {}): Promise<Outcome | undefined> {
    return new Promise((finish) => {
      if (!this.#alive) {
        finish(undefined);
        return;
      }
      this.#running = { requestId: randomUUID(), payload, mishap, finish, isTaken: false };
      this.#invocations += 1;
      this.#arm(INIT_MS + this.#configuration.timeoutSeconds * 1000);
      if (this.#offer) this.#handOut(this.#offer);
    });
  }

  /** Kills the process and waits until it is gone. */
  async stop(): Promise<void> {
    this.#samplePeak();
    this.#child?.kill('SIGKILL');
    await this.#exited;
    this.#scratch?.remove();
    this.#api?.close();
  }

  #next(): Promise<RuntimeInvocation> {
    return new Promise((offer) => {
      if (this.#running) this.#handOut(offer);
      else this.#offer = offer;
    });
  }

  #handOut(offer: (invocation: RuntimeInvocation) => void): void {
    const { arn, timeoutSeconds } = this.#configuration;
    if (!this.#running) return;
    const { requestId, payload, mishap } = this.#running;
    const { deadlineMilliseconds = timeoutSeconds * 1000 } = mishap;
    this.#running.isTaken = true;
    this.#offer = undefined;
    this.#arm(mishap.timeoutMilliseconds ?? deadlineMilliseconds);
    if (mishap.opensNothing && this.pid !== undefined) forbidOpening(this.pid);
    if (this.pid !== undefined) this.#scratch?.watch(this.pid);
    if (mishap.killAfterMilliseconds !== undefined) {
      setTimeout(() => {
        if (this.#running?.requestId === requestId) this.#child?.kill('SIGKILL');
      }, mishap.killAfterMilliseconds);
    }
    offer({
      requestId,
      payload,
      functionArn: arn,
      deadlineMs: Date.now() + deadlineMilliseconds,
    });
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#timedOut(), milliseconds);
  }

  #timedOut(): void {
    const { requestId } = this.#running ?? {};
    const seconds = this.#configuration.timeoutSeconds.toFixed(2);
    this.#alive = false;
    this.#samplePeak();
    this.#child?.kill('SIGKILL');
    if (!requestId) return;
    const message = `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`;
    this.#finish(requestId, failure('Sandbox.Timedout', message));
  }

  #ended(message: string): void {
    this.#alive = false;
    this.#api?.close();
    if (!this.#running) return;
    const { requestId, isTaken } = this.#running;
    const wasWarm = this.#invocations > 1;
    if (wasWarm && !isTaken) this.#finish(requestId, undefined);
    else if (this.#initializationError === undefined) {
      const text = `RequestId: ${requestId} Error: ${message}`;
      this.#finish(requestId, failure('Runtime.ExitError', text));
    } else {
      const payload = this.#initializationError;
      this.#finish(requestId, { payload, functionError: 'Unhandled' });
    }
  }

  #succeeded(requestId: string, payload: string): void {
    const bytes = Buffer.byteLength(payload);
    const tooLarge = `Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
    this.#finish(
      requestId,
      bytes > MAX_RESPONSE_BYTES ? failure('Function.ResponseSizeTooLarge', tooLarge) : { payload },
    );
  }

  #finish(requestId: string, outcome: Outcome | undefined): void {
    const running = this.#running;
    if (running?.requestId !== requestId) return;
    clearTimeout(this.#timer);
    this.#running = undefined;
    this.#samplePeak();
    if (running.mishap.opensNothing && this.pid !== undefined) allowOpening(this.pid);
    running.finish(this.#withinStorage(outcome));
  }

  /** Ends an environment that holds more files than it may, and says so instead of its answer. */
  #withinStorage(outcome: Outcome | undefined): Outcome | undefined {
    this.#scratch?.unwatch();
    const full = this.#scratch?.failure();
    if (full === undefined) return outcome;
    this.#alive = false;
    this.#child?.kill('SIGKILL');
    return outcome?.functionError === undefined ? failure('Error', full) : outcome;
  }

  #samplePeak(): void {
    if (process.platform !== 'linux' || this.#child?.pid === undefined) return;
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
      const kibibytes = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
      this.#peakRssBytes = Math.max(this.#peakRssBytes, kibibytes * 1024);
    } catch {
      // The process has ended; the earlier samples remain.
    }
  }
}
