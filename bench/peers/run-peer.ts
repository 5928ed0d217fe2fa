import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** One way of writing a matrix as CSV text: a process that takes matrix, output and seconds. */
export interface Peer {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** What it writes is a gzip member. */
  readonly gzip?: true;
  /** What it writes is thrown away, so that only its time counts. */
  readonly discards?: true;
}

/** What a peer says of itself: its times are of the same rows, one after the other. */
export interface PeerReport {
  readonly rows: number;
  readonly seconds: readonly number[];
  /** Making what it writes from, where that is not part of its time. */
  readonly prepareSeconds: readonly number[];
  readonly peakRssBytes: number;
  readonly versions: Readonly<Record<string, string>>;
}

/** A peer may overrun its time so many times before it is ended. */
const PATIENCE = 5;

/** Start-up of a process with a virtual machine in it. */
const START_SECONDS = 60;

function reasonOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const error = lines.findLast((line) => /^\S*(Error|Exception)\b/.test(line));
  return (error ?? lines.at(-1) ?? '').slice(0, 200);
}

/**
 * Runs a peer in a process of its own.
 *
 * @throws {Error} it ended without a report, or had to be ended; says why.
 */
export async function runPeer(
  { command: [program, ...args] }: Peer,
  source: string,
  { out, seconds }: { readonly out: string; readonly seconds: number },
): Promise<PeerReport> {
  const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const allowedSeconds = START_SECONDS + PATIENCE * seconds;
  const child = spawn(program, [...args, source, out, String(seconds)], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: allowedSeconds * 1000,
    killSignal: 'SIGKILL',
  });
  const exited = new Promise<string>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  if (end === 'SIGKILL') {
    throw new Error(`killed: took more than ${allowedSeconds} s, or too much memory`);
  }
  if (end !== 'exit code 0') throw new Error(`${end}: ${reasonOf(stderr)}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}
