import { readdir, readFile } from 'node:fs/promises';

/** Highest resident memory of one process. */
export interface PeakMemory {
  readonly pid: number;
  /** The end of its command line. */
  readonly command: string;
  readonly bytes: number;
}

const POLL_MILLISECONDS = 100;

async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await textOf(`/proc/${name}/stat`);
    found.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 4).split(' ')[0]));
  }
  return found;
}

function familyOf(root: number, parentOf: ReadonlyMap<number, number>): number[] {
  const family = [root];
  for (const member of family) {
    for (const [pid, parent] of parentOf) if (parent === member) family.push(pid);
  }
  return family;
}

/**
 * Watches a process and all that it starts until `until` is settled. Linux reports the peak of each
 * (VmHWM).
 */
export async function watchMemory(root: number, until: Promise<unknown>): Promise<PeakMemory[]> {
  const peaks = new Map<number, PeakMemory>();
  let isOver = false;
  const over = until.catch(() => undefined).then(() => (isOver = true));
  while (!isOver) {
    for (const pid of familyOf(root, await parents())) {
      const kilobytes = /VmHWM:\s*(\d+) kB/.exec(await textOf(`/proc/${pid}/status`))?.[1];
      if (kilobytes === undefined) continue;
      const words = (await textOf(`/proc/${pid}/cmdline`))
        .split('\0')
        .filter((word) => word !== '');
      const command = words.slice(-2).join(' ').slice(-60);
      peaks.set(pid, { pid, command, bytes: Number(kilobytes) * 1024 });
    }
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))]);
  }
  return [...peaks.values()].sort((a, b) => b.bytes - a.bytes);
}
