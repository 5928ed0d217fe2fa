import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { RunResult } from './fuzz-run.ts';
import type { Batch, WorkerMessage, WorkerOptions } from './worker.ts';

const SCRIPT = path.join(import.meta.dirname, 'worker.ts');

/** A small source must be read or refused within this time. */
const RUN_MILLISECONDS = 5_000;

/**
 * The libraries have a time limit of their own; this one is for cases in which it does not help.
 */
const COMPARE_MILLISECONDS = 60_000;

/** Time to start a process on a busy machine. */
const START_MILLISECONDS = 60_000;

/** How a worker ended before all runs of its batch were done. */
export type Loss = 'hang' | 'crash' | 'breach';

/** The result of a batch. */
export interface BatchEnd {
  /** The run in which the worker was lost, if it was lost. */
  readonly lost?: { readonly run: number; readonly how: Loss; readonly reason: string };
}

/** Memory that a worker may take in all, itself included. */
const MAX_RSS_BYTES = 512 * 1024 * 1024;

/** A worker in a process of its own, which is killed when a run takes too long. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #next: ((message: WorkerMessage | undefined) => void) | undefined;
  readonly #waiting: (WorkerMessage | undefined)[] = [];
  #stderr = '';
  /** The most that the process has held so far. */
  peakRssBytes = 0;
  /** Runs that it did. */
  runs = 0;

  private constructor(options: WorkerOptions) {
    const child = fork(options.script ?? SCRIPT, [JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.on('message', (message) => this.#take(message as WorkerMessage));
    child.on('exit', () => this.#take(undefined));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#child = child;
  }

  static async start(options: WorkerOptions): Promise<WorkerProcess> {
    const worker = new WorkerProcess(options);
    const ready = await worker.#within(START_MILLISECONDS);
    if (ready !== 'late' && ready?.kind === 'ready') return worker;
    throw new Error(`a worker did not start: ${worker.#stderr}`);
  }

  /** Does the runs of a batch until the worker is lost. */
  async work(batch: Batch, onDone: (result: RunResult) => void): Promise<BatchEnd> {
    this.#child.send(batch);
    let milliseconds = RUN_MILLISECONDS;
    for (let run = batch.from; run < batch.to; ) {
      const message = await this.#within(milliseconds);
      if (message === 'late')
        return { lost: { run, how: 'hang', reason: `no end after ${milliseconds} ms` } };
      if (message === undefined)
        return { lost: { run, how: 'crash', reason: this.#stderr.trim() } };
      if (message.kind === 'read') milliseconds = COMPARE_MILLISECONDS;
      if (message.kind !== 'done') continue;
      milliseconds = RUN_MILLISECONDS;
      onDone(message.result);
      this.peakRssBytes = message.peakRssBytes;
      this.runs++;
      if (message.peakRssBytes > MAX_RSS_BYTES) {
        const reason = `${Math.round(message.peakRssBytes / 2 ** 20)} MiB`;
        return { lost: { run, how: 'breach', reason } };
      }
      run++;
    }
    return {};
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    setTimeout(() => this.#child.kill('SIGKILL'), 500).unref();
    await exited;
  }

  #take(message: WorkerMessage | undefined): void {
    if (this.#next === undefined) this.#waiting.push(message);
    else this.#next(message);
    this.#next = undefined;
  }

  #within(milliseconds: number): Promise<WorkerMessage | undefined | 'late'> {
    if (this.#waiting.length > 0) return Promise.resolve(this.#waiting.shift());
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#next = undefined;
        resolve('late');
      }, milliseconds);
      this.#next = (message) => {
        clearTimeout(timer);
        resolve(message);
      };
    });
  }
}
