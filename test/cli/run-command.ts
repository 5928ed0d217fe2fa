import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { main } from '#cli/main.ts';

/** The result of one command line. */
export interface Ended {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** A stream that keeps a copy of what is written, as the writer may use its buffer again. */
export class Collector extends Writable {
  readonly #pieces: Buffer[] = [];

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.#pieces.push(Buffer.from(piece));
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** Runs a command line in this process. */
export async function runHere(
  args: readonly string[],
  signal: AbortSignal = new AbortController().signal,
): Promise<Ended> {
  const stdout = new Collector();
  const stderr = new Collector();
  const code = await main(args, { stdout, stderr, signal });
  return { code, stdout: stdout.bytes(), stderr: stderr.bytes().toString() };
}

/** Runs a line of shell in which `cli` starts the command line as users do. */
export async function runShell(line: string): Promise<Ended> {
  const entry = new URL('../../bin/sparse-fanout.ts', import.meta.url).pathname;
  const script = `cli() { "${process.execPath}" "${entry}" "$@"; }; ${line}`;
  const child = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout = new Collector();
  const stderr = new Collector();
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  const [code] = await once(child, 'close');
  return { code, stdout: stdout.bytes(), stderr: stderr.bytes().toString() };
}
