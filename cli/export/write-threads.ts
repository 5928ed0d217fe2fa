import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import {
  chunksAtOnce,
  STOP,
  type WriterFailure,
  type WriterOrder,
  type WriterReport,
  type WriterTask,
} from './write-message.ts';

/**
 * MiB for short-lived objects of a thread, three times V8's semi-space: as small as in a function,
 * since larger makes a writer larger but not faster.
 */
const YOUNG_MIB = 6;

/** An error of a thread, with its name. */
function errorOf({ name, message, code }: WriterFailure): Error {
  return Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
}

/** One thread, which writes a few chunks at once. */
class WriterThread {
  readonly #worker = new Worker(new URL('./write-thread.ts', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  readonly #ended: Promise<unknown>;
  readonly #waiting = new Map<number, PromiseWithResolvers<WriterReport>>();
  #task: WriterTask | undefined;

  constructor() {
    this.#ended = once(this.#worker, 'exit').catch(() => {});
    this.#worker.on('message', (report: WriterReport) => {
      this.#waiting.get(report.index)?.resolve(report);
      this.#waiting.delete(report.index);
    });
    this.#worker.on('error', (error) => {
      for (const each of this.#waiting.values()) each.reject(error);
    });
  }

  /** @throws what the step throws, by its name and message. */
  async write(task: WriterTask, chunk: PlannedChunk): Promise<WriteResult> {
    const answered = Promise.withResolvers<WriterReport>();
    this.#waiting.set(chunk.index, answered);
    const order: WriterOrder = { chunk, ...(task !== this.#task && { task }) };
    this.#task = task;
    this.#worker.postMessage(order);
    const report = await answered.promise;
    if ('failure' in report) throw errorOf(report.failure);
    return report.written;
  }

  /** Gives up the chunk that is being written, and waits for the end. */
  async stop(): Promise<void> {
    if (this.#task === undefined) return void (await this.#worker.terminate());
    this.#worker.postMessage(STOP);
    await this.#ended;
  }
}

/** What is written. */
export interface ThreadedRun {
  readonly task: WriterTask;
  readonly chunks: AsyncGenerator<PlannedChunk>;
  /** Called for each chunk that is there now. */
  readonly wrote: (result: WriteResult) => void;
}

/**
 * Threads that write the chunks of a run, each of which takes another when it has written one.
 * They load while the run is planned. `stop` must be called at the end.
 *
 * Memory: for each thread that of a writer.
 */
export class WriterThreads {
  readonly #threads: readonly WriterThread[];

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new WriterThread());
  }

  /**
   * Writes the chunks. After a failure no other chunk is begun.
   *
   * @throws what the first chunk that failed was failed by.
   */
  async write({ task, chunks, wrote }: ThreadedRun, signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const work = async (thread: WriterThread) => {
      for (;;) {
        const step = await chunks.next();
        if (step.done === true) return;
        wrote(await thread.write(task, step.value));
      }
    };
    try {
      signal.throwIfAborted();
      const atOnce = chunksAtOnce(task, this.#threads.length);
      const lanes = Array.from({ length: atOnce }, () => this.#threads.map(work)).flat();
      await Promise.race([Promise.all(lanes), aborted.promise]);
    } finally {
      signal.removeEventListener('abort', abort);
      await chunks.return(undefined);
    }
  }

  /** Ends all threads, and what they write. */
  async stop(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }
}
