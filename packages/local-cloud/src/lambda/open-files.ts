import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

/** Open files that Lambda allows; more than a function here ever needs. */
const ALLOWED = 1024;

/** Sets how many files a process may have open. Where that cannot be set, nothing changes. */
function limitFiles(pid: number, files: number): void {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--nofile=${files}:`], { stdio: 'ignore' });
  } catch {
    // No Linux, or the process has ended.
  }
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
  if (files !== undefined) limitFiles(pid, files);
}

/** Takes back what {@link forbidOpening} did. */
export function allowOpening(pid: number): void {
  limitFiles(pid, ALLOWED);
}
