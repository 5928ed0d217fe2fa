import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

/** What a process and all that it started used. */
export interface Usage {
  readonly seconds: number;
  /** User and system. */
  readonly cpuSeconds: number;
  /** Of the process that had the most. */
  readonly peakRssBytes: number;
}

const MEASURE = path.join(import.meta.dirname, 'measure.py');

function lastLines(stderr: string): string {
  return stderr.trim().split('\n').slice(-3).join('; ').slice(-400);
}

/**
 * Runs a program to its end.
 *
 * @throws {Error} it failed; the message ends as its own does.
 */
export async function run(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exited,
  ]);
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')}: ${lastLines(stderr)}`);
  return stdout;
}

/** Measures a program in a process of its own. @throws {Error} it failed. */
export async function measured(python: string, command: readonly string[]): Promise<Usage> {
  return JSON.parse(await run([python, MEASURE, ...command]));
}
