import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ExportCase, sourcesOf } from './cases.ts';

const SHARE = fileURLToPath(import.meta.resolve('./encode-share.ts'));

type Encoder = ChildProcessByStdio<Writable, Readable, null>;

/** One process for each core, which encodes its share of the chunks and throws them away. */
export class AllCores {
  readonly #encoders: readonly Encoder[];
  readonly #answers: readonly AsyncIterator<string>[];

  private constructor(encoders: readonly Encoder[]) {
    this.#encoders = encoders;
    this.#answers = encoders.map(({ stdout }) =>
      createInterface({ input: stdout })[Symbol.asyncIterator](),
    );
  }

  /** Starts them, and waits until each has encoded its share once: then the code is compiled. */
  static async start(asked: ExportCase): Promise<AllCores> {
    const cores = availableParallelism();
    const encoders = Array.from({ length: cores }, (_, share) => {
      const args = [SHARE, asked.compression, `${share}`, `${cores}`, ...sourcesOf(asked)];
      return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    });
    const started = new AllCores(encoders);
    await started.#answer();
    return started;
  }

  /** Seconds that all chunks take. */
  async encode(): Promise<number> {
    const began = performance.now();
    for (const { stdin } of this.#encoders) stdin.write('\n');
    await this.#answer();
    return (performance.now() - began) / 1000;
  }

  async close(): Promise<void> {
    for (const encoder of this.#encoders) {
      encoder.stdin.end();
      if (encoder.exitCode === null) await once(encoder, 'exit');
    }
  }

  async #answer(): Promise<void> {
    await Promise.all(this.#answers.map((answers) => answers.next()));
  }
}
