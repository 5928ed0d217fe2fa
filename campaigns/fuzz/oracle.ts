import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceFormat } from '#core/sparse/formats/format-names.ts';
import type { FuzzInput } from './fuzz-input.ts';

/** What the libraries read from a source. */
export type Verdict =
  | { readonly end: 'accepted'; readonly digest: string; readonly rows?: string }
  | { readonly end: 'refused'; readonly reason: string }
  | { readonly end: 'declined'; readonly reason: string };

const SCRIPT = path.join(import.meta.dirname, 'oracle.py');

/** Files are small; a library that takes longer hangs. */
const DEADLINE_MILLISECONDS = 15_000;

const SINGLE_THREAD = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };

/** The text by which rows are compared. */
export function digestOf(rows: string): string {
  return createHash('sha256').update(rows).digest('hex');
}

interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: AsyncIterator<string>;
}

/**
 * A Python process that reads sources by the libraries people use; started anew where one of them
 * crashes.
 */
export class Oracle {
  readonly #python: string;
  #running: Running | undefined;

  constructor(python: string) {
    this.#python = python;
  }

  /** Lets the libraries read a source. Never throws for what they do. */
  async judge(input: FuzzInput, format: SourceFormat, withRows = false): Promise<Verdict> {
    this.#running ??= await this.#start();
    const { child, lines } = this.#running;
    const { objects, options } = input;
    const sizes = objects.map(({ name, bytes }) => [name, bytes.length]);
    const header = Buffer.from(JSON.stringify({ format, options, withRows, objects: sizes }));
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32LE(header.length);
    child.stdin.write(Buffer.concat([prefix, header, ...objects.map(({ bytes }) => bytes)]));
    const over = new AbortController();
    const late = sleep(DEADLINE_MILLISECONDS, undefined, { signal: over.signal });
    const answer = await Promise.race([lines.next(), late]);
    over.abort();
    late.catch(() => undefined);
    if (answer !== undefined && answer.done !== true) return JSON.parse(answer.value);
    return { end: 'declined', reason: await this.#end(answer === undefined) };
  }

  close(): void {
    this.#running?.child.kill('SIGKILL');
    this.#running = undefined;
  }

  async #start(): Promise<Running> {
    const child = spawn(this.#python, [SCRIPT], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, ...SINGLE_THREAD },
    });
    child.stdin.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await lines.next();
    return { child, lines };
  }

  async #end(isLate: boolean): Promise<string> {
    const child = this.#running!.child;
    this.#running = undefined;
    if (isLate) child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return isLate
      ? 'the library hung'
      : `the library crashed: ${child.signalCode ?? child.exitCode}`;
  }
}
