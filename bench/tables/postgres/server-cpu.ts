import { readdir, readFile } from 'node:fs/promises';

/** Ticks of the system's clock in a second, in which it counts the time of processes. */
const TICKS = 100;

/** Fields of `/proc/<pid>/stat` behind the name: the parent, times of itself and its children. */
const PARENT = 1;
const TIMES = [11, 12, 13, 14];
const OWN_TIMES = [11, 12];

async function fieldsOf(pid: string): Promise<readonly string[]> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name may hold blanks.
  return line.slice(line.lastIndexOf(')') + 2).split(' ');
}

function seconds(fields: readonly string[], places: readonly number[]): number {
  return places.reduce((sum, place) => sum + Number(fields[place] ?? 0), 0) / TICKS;
}

/** CPU time of a server, in seconds: of its first process, and of all that this has started. */
export async function serverCpuSeconds(pid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map(fieldsOf));
  const children = all.filter((fields) => fields[PARENT] === String(pid));
  const own = seconds(await fieldsOf(String(pid)), TIMES);
  return children.reduce((sum, fields) => sum + seconds(fields, OWN_TIMES), own);
}
