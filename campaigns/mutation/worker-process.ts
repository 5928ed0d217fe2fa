/** A worker in a process of its own, which is killed when a test file takes too long. */
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { FileEnd } from './vitest-host.ts';
import type { TestRun, WorkerMessage } from './worker.ts';

const SCRIPT = path.join(import.meta.dirname, 'worker.ts');

/** Time in which a worker says anything at all, on a busy machine. */
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
   * Runs tests until one fails.
   *
   * @param limitOf most milliseconds of CPU time for a test file. On a busy machine the file may
   * take much longer.
   */
  async run(run: TestRun, limitOf: (testFile: string) => number): Promise<RunEnd> {
    this.#child.send(run);
    const ends: FileEnd[] = [];
    let used = 0;
    let limit = Number.POSITIVE_INFINITY;
    for (;;) {
      const message = await this.#next(PATIENCE_MILLISECONDS);
      if (message === 'exit') return { ends, lost: 'crash' };
      if (message === 'late') return { ends, lost: this.#giveUp() };
      if (message.kind === 'done') return { ends, lost: undefined };
      if (message.kind === 'pulse') used = message.milliseconds;
      if (used > limit) return { ends, lost: this.#giveUp() };
      if (message.kind === 'begin') limit = used + limitOf(message.testFile);
      if (message.kind === 'end') ends.push(message.end);
    }
  }

  #giveUp(): 'hang' {
    this.kill();
    return 'hang';
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
