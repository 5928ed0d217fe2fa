import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { WriteResult } from '#lambdas/shared/record-chunk.ts';
import type { WriterFailure, WriterOrder, WriterReport, WriterTask } from './write-message.ts';

/**
 * MiB for short-lived objects of a thread, three times V8's semi-space: as small as in a function,
 * since larger makes a writer larger but not faster.
 */
const YOUNG_MIB = 6;

/** An error of a thread, with its name. */
function errorOf({ name, message, code }: WriterFailure): Error {
  return Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
}

/** One thread, which writes one chunk after the other. */
class WriterThread {
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;

  constructor(task: WriterTask) {
    this.#worker = new Worker(new URL('./write-thread.ts', import.meta.url), {
      execArgv: [],
      workerData: task,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.#ended = once(this.#worker, 'exit');
    this.#ended.catch(() => {}); // raised where a chunk is waited for
  }

  /** @throws what the step throws, by its name and message. */
  async write(chunk: PlannedChunk): Promise<WriteResult> {
    const answered = once(this.#worker, 'message') as Promise<[WriterReport]>;
    this.#order({ chunk });
    const [report] = await answered;
    if ('failure' in report) throw errorOf(report.failure);
    return report.written;
  }

  /** Gives up the chunk that is being written, and waits for the end. */
  async stop(): Promise<void> {
    this.#order({ stop: true });
    await this.#ended.catch(() => {});
  }

  #order(order: WriterOrder): void {
    this.#worker.postMessage(order);
  }
}

/** What is written, and by how many. */
export interface ThreadedRun {
  readonly task: WriterTask;
  readonly chunks: AsyncGenerator<PlannedChunk>;
  readonly threads: number;
  /** Called for each chunk that is there now. */
  readonly wrote: (result: WriteResult) => void;
}

/**
 * Writes the chunks of a run with threads, each of which takes the next one when it has written
 * one. After a failure no other chunk is begun, and what is under way is given up.
 *
 * Memory: for each thread that of a writer.
 *
 * @throws what the first chunk that failed was failed by.
 */
export async function writeInThreads(
  { task, chunks, threads, wrote }: ThreadedRun,
  signal: AbortSignal,
): Promise<void> {
  const writers = Array.from({ length: threads }, () => new WriterThread(task));
  const failed = Promise.withResolvers<never>();
  const stopped = () => failed.reject(signal.reason);
  signal.addEventListener('abort', stopped, { once: true });
  const work = async (writer: WriterThread) => {
    for await (const chunk of { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }) {
      wrote(await writer.write(chunk));
    }
  };
  try {
    signal.throwIfAborted();
    await Promise.race([Promise.all(writers.map(work)), failed.promise]);
  } finally {
    signal.removeEventListener('abort', stopped);
    await chunks.return(undefined);
    await Promise.all(writers.map((writer) => writer.stop()));
  }
}
