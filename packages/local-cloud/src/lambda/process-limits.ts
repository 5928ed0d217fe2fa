import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** Open files that Lambda allows; more than a function here ever needs. */
const ALLOWED = 1024;

/** Sets a limit of a process. Where that cannot be set, nothing changes. */
function limit(pid: number, name: 'nofile' | 'fsize', value: number): void {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--${name}=${value}:`], { stdio: 'ignore' });
  } catch {
    // No Linux, or the process has ended.
  }
}

/** Lets no file of a process grow past so many bytes: a write beyond fails with `EFBIG`. */
export function limitFileSize(pid: number, bytes: number): void {
  limit(pid, 'fsize', bytes);
}

/** The number that the next file gets which a process opens: the lowest one that is free. */
function nextFile(pid: number): number | undefined {
  try {
    const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
    for (let file = 0; ; file += 1) if (!open.has(file)) return file;
  } catch {
    return undefined;
  }
}

/** Lets a process open neither file nor connection: each try fails with `EMFILE`. Linux only. */
export function forbidOpening(pid: number): void {
  const files = nextFile(pid);
  if (files !== undefined) limit(pid, 'nofile', files);
}

/** Takes back what {@link forbidOpening} did. */
export function allowOpening(pid: number): void {
  limit(pid, 'nofile', ALLOWED);
}
