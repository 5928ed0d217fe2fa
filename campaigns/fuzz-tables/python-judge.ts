import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the rows of a judge lie, or why it has none. */
export type Answer = { readonly path: string } | { readonly reason: string };

/** A file to judge, and where the answers go. */
export interface Question {
  readonly path: string;
  readonly format: string;
  readonly schema: Readonly<Record<string, string>>;
  readonly folder: string;
}

const SCRIPT = join(import.meta.dirname, 'judge.py');
const DEADLINE_MILLISECONDS = 15_000;
const ALONE = { POLARS_MAX_THREADS: '1', OMP_NUM_THREADS: '1', ARROW_IO_THREADS: '1' };

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: AsyncIterator<string>;
}

/** A Python process with PyArrow and Polars; started anew where one of them crashes or hangs. */
export class PythonJudge {
  readonly #python: string;
  #running: Running | undefined;

  constructor(python: string) {
    this.#python = python;
  }

  async judge(question: Question): Promise<Readonly<Record<string, Answer>>> {
    this.#running ??= await this.#start();
    const { child, lines } = this.#running;
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const over = new AbortController();
    const late = sleep(DEADLINE_MILLISECONDS, undefined, { signal: over.signal });
    late.catch(() => undefined);
    const line = await Promise.race([lines.next(), late]);
    over.abort();
    if (line !== undefined && line.done !== true) return JSON.parse(line.value);
    this.close();
    return { python: { reason: line === undefined ? 'hung' : 'crashed' } };
  }

  close(): void {
    this.#running?.child.kill('SIGKILL');
    this.#running = undefined;
  }

  async #start(): Promise<Running> {
    const env = { ...process.env, ...ALONE };
    const child = spawn(this.#python, [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'], env });
    child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await lines.next();
    return { child, lines };
  }
}
