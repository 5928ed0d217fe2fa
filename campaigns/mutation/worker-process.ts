/** A worker in a process of its own, which is killed when a test file takes too long. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { FileEnd } from './vitest-host.ts';
import type { TestRun, WorkerMessage } from './worker.ts';

const SCRIPT = path.join(import.meta.dirname, 'worker.ts');

/** Time to start Vitest, or to end a run, on a busy machine. */
const PATIENCE_MILLISECONDS = 120_000;

/** Heap of a worker: a mutant that fills more never ends. */
const NODE_OPTIONS = '--max-old-space-size=2048';

/** How the test files of a run ended; only those that did. */
export interface RunEnd {
  readonly ends: readonly FileEnd[];
  /** How the worker was lost, if it was lost. Then it cannot be used again. */
  readonly lost: 'hang' | 'crash' | undefined;
}

/** Runs tests in a process of its own. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #waiting: (WorkerMessage | 'exit')[] = [];
  #wake: (() => void) | undefined;

  private constructor(mode: 'count-calls' | 'mutants') {
    // In a process group of its own, so that what tests have started ends with it.
    const env = { ...process.env, NODE_OPTIONS, NO_COLOR: '1' };
    this.#child = fork(SCRIPT, [mode], { stdio: 'ignore', detached: true, env });
    this.#child.on('message', (message) => this.#take(message as WorkerMessage));
    this.#child.on('exit', () => this.#take('exit'));
  }

  /** @param mode whether it runs mutants, or counts what each test file calls. */
  static async start(mode: 'count-calls' | 'mutants'): Promise<WorkerProcess> {
    const worker = new WorkerProcess(mode);
    const ready = await worker.#next(PATIENCE_MILLISECONDS);
    if (ready === 'exit' || ready === 'late') throw new Error(`a worker did not start: ${ready}`);
    return worker;
  }

  /**
   * Runs the test files until one fails.
   *
   * @param limitOf most milliseconds of a test file.
   */
  async run(run: TestRun, limitOf: (testFile: string) => number): Promise<RunEnd> {
    this.#child.send(run);
    const ends: FileEnd[] = [];
    for (let limit = PATIENCE_MILLISECONDS; ; ) {
      const message = await this.#next(limit);
      if (message === 'late' || message === 'exit') {
        this.kill();
        return { ends, lost: message === 'late' ? 'hang' : 'crash' };
      }
      if (message.kind === 'done') return { ends, lost: undefined };
      if (message.kind === 'begin') limit = limitOf(message.testFile);
      if (message.kind !== 'end') continue;
      ends.push(message.end);
      limit = PATIENCE_MILLISECONDS;
    }
  }

  /** Ends the process and whatever its tests have started. */
  kill(): void {
    const { pid } = this.#child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }

  #take(message: WorkerMessage | 'exit'): void {
    this.#waiting.push(message);
    this.#wake?.();
  }

  async #next(milliseconds: number): Promise<WorkerMessage | 'exit' | 'late'> {
    if (this.#waiting.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, milliseconds);
      await promise;
      clearTimeout(timer);
    }
    return this.#waiting.shift() ?? 'late';
  }
}
