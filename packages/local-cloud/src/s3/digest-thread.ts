import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { BodyDigests } from './body-digest.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import type { BodyToDigest, DigestAnswer, DigestQuestion } from './digest-worker.ts';

let thread: Worker | undefined;

/**
 * The one thread of the process for digests. MD5 alone takes longer than everything else that is
 * done to a body.
 */
function digestThread(): Worker {
  if (thread !== undefined) return thread;
  const started = new Worker(new URL('./digest-worker.ts', import.meta.url), { execArgv: [] });
  // What was under way fails when its port closes; the next body starts another thread.
  started.on('error', () => {});
  started.once('exit', () => {
    thread = undefined;
  });
  started.unref();
  thread = started;
  return started;
}

/** Digests of one body, computed in a thread of their own. */
export class ThreadDigest {
  readonly #port: MessagePort;
  readonly #waiting: PromiseWithResolvers<DigestAnswer>[] = [];

  constructor(algorithms: readonly ChecksumAlgorithm[]) {
    const { port1, port2: port } = new MessageChannel();
    this.#port = port1;
    port1.on('message', (answer: DigestAnswer) => this.#waiting.shift()?.resolve(answer));
    port1.on('close', () => {
      const ended = new Error('the thread that computes digests has ended');
      for (const each of this.#waiting.splice(0)) each.reject(ended);
    });
    const body: BodyToDigest = { port, algorithms };
    digestThread().postMessage(body, [port]);
  }

  /** Adds a block of shared memory; it must stay as it is until this has ended. */
  async update(block: Uint8Array<SharedArrayBuffer>): Promise<void> {
    await this.#ask(block);
  }

  /** The values; nothing may be added afterwards. */
  async finish(): Promise<BodyDigests> {
    const digests = await this.#ask(undefined);
    if (digests === undefined) throw new Error('the thread that computes digests gave none');
    return digests;
  }

  /** Forgets the body. Must be called at the end, also after a failure. */
  close(): void {
    this.#port.close();
  }

  #ask(question: DigestQuestion): Promise<DigestAnswer> {
    const asked = Promise.withResolvers<DigestAnswer>();
    this.#waiting.push(asked);
    this.#port.postMessage(question);
    return asked.promise;
  }
}
