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

/** The report of a peer. Its times are repeated measurements of the same rows. */
export interface PeerReport {
  readonly rows: number;
  readonly seconds: readonly number[];
  /** Time to make its input, where this is not part of its times. */
  readonly prepareSeconds: readonly number[];
  readonly peakRssBytes: number;
  readonly versions: Readonly<Record<string, string>>;
  /** A larger number of rows, at which it failed. */
  readonly limit?: { readonly rows: number; readonly failure: string };
}

/** The work of a peer. */
export interface PeerTask {
  /** Path of the matrix. */
  readonly source: string;
  /** Where the text goes. */
  readonly out: string;
  /** Its time for finding the number of rows and measuring them. */
  readonly seconds: number;
}

/** How a process ended: with a report, or by a failure after the tries that it reported. */
interface PeerRun {
  readonly report?: PeerReport;
  readonly failure: string;
  /** Numbers of rows, each more than the one before; all but the last were written. */
  readonly tries: readonly number[];
}

/** A peer is ended when it takes this many times its time. */
const PATIENCE = 5;

/** Time to start a process that has a virtual machine. */
const START_SECONDS = 60;

function reasonOf(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const error = lines.findLast((line) => /^\S*(Error|Exception)\b/.test(line));
  return (error ?? lines.at(-1) ?? '').slice(0, 200);
}

/** @param rows to measure; without them the peer finds as many as it can do in its time. */
async function runOnce(
  { command: [program, ...args] }: Peer,
  { source, out, seconds }: PeerTask,
  rows?: number,
): Promise<PeerRun> {
  const environment = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const allowedSeconds = START_SECONDS + PATIENCE * seconds;
  const asked = [source, out, seconds, ...(rows === undefined ? [] : [rows])].map(String);
  const child = spawn(program, [...args, ...asked], {
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
  const tries = [...stdout.matchAll(/^tries (\d+)$/gm)].map(([, count]) => Number(count));
  if (end === 'exit code 0') {
    return { report: JSON.parse(stdout.trim().split('\n').at(-1)!), failure: '', tries };
  }
  const killed = `killed: took more than ${allowedSeconds} s, or too much memory`;
  return { failure: end === 'SIGKILL' ? killed : `${end}: ${reasonOf(stderr)}`, tries };
}

/**
 * Runs a peer in a process of its own. If it fails at more rows, it is run again with the most rows
 * that it wrote.
 *
 * @throws {Error} it wrote no rows at all; the message says why.
 */
export async function runPeer(peer: Peer, task: PeerTask): Promise<PeerReport> {
  const { report, failure, tries } = await runOnce(peer, task);
  if (report !== undefined) return report;
  const limit = { rows: tries.at(-1) ?? 0, failure };
  for (const rows of tries.slice(0, -1).reverse()) {
    const { report: smaller } = await runOnce(peer, task, rows);
    if (smaller !== undefined) return { ...smaller, limit };
  }
  throw new Error(failure);
}
