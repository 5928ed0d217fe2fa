import { readFile } from 'node:fs/promises';

/** Ticks of the system's clock in a second, in which Linux counts the time of processes. */
const TICKS = 100;

/** User and system time of a process so far, in seconds. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold blanks, `utime` and `stime` are the twelfth and the next one.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}
