import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Base URL of each service of a running local cloud, such as `https://localhost:43121`. */
export interface Endpoints {
  readonly s3: string;
  readonly dynamodb: string;
  readonly states: string;
  readonly lambda: string;
}

interface Holder {
  readonly pid: number;
  /**
   * When process `pid` started, as the system reports it. Another process may get the same pid
   * later.
   */
  readonly startedAt: string;
  readonly endpoints?: Endpoints;
  readonly released?: true;
}

/** Another living process works on the state directory. */
export class StateDirectoryInUse extends Error {
  override readonly name = 'StateDirectoryInUse';
  readonly pid: number;
  /** Where the holder's services answer; undefined while it still starts. */
  readonly endpoints: Endpoints | undefined;

  constructor(directory: string, holder: Holder) {
    super(`${directory} is in use by process ${holder.pid}; stop it, or choose another directory`);
    this.pid = holder.pid;
    this.endpoints = holder.endpoints;
  }
}

/** No process keeps a local cloud up on a state directory. */
export class LocalCloudNotRunning extends Error {
  override readonly name = 'LocalCloudNotRunning';

  constructor(directory: string) {
    super(`no local cloud runs on ${directory}; start it there, or name its state directory`);
  }
}

/** An exclusive hold on a state directory. */
export interface StateDirectoryLock {
  /** Lets other processes know where the services of this one answer. */
  publish(endpoints: Endpoints): Promise<void>;
  /** Releases the directory. */
  release(): Promise<void>;
}

/**
 * Locks are numbered, and the highest number counts. No number is used twice. To take over from a
 * process that has died is to create the next number, in one atomic step; no file of another
 * process is moved or removed before that.
 */
const LOCK_FILE = /^lock-(\d{6})\.json$/;

const lockFile = (generation: number) => `lock-${String(generation).padStart(6, '0')}.json`;

function processStart(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    }).trim();
  } catch {
    return undefined;
  }
}

async function startOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // Field 22, counted after the command name, which may itself hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return process.platform === 'linux' ? undefined : processStart(pid);
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  return holder.released !== true && (await startOf(holder.pid)) === holder.startedAt;
}

async function generations(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .flatMap((name) => LOCK_FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes the whole file beside its place first: no reader ever sees half of it. */
async function place(
  file: string,
  holder: Holder,
  how: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder));
  try {
    await how(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Whether a process has worked on a directory, and none does any more. */
export async function isAbandoned(directory: string): Promise<boolean> {
  const newest = (await generations(directory)).at(-1);
  if (newest === undefined) return false;
  const holder = await readHolder(join(directory, lockFile(newest)));
  return holder !== undefined && !(await isAlive(holder));
}

/** Whether a process works on a directory, and its services answer. */
export async function isReady(directory: string): Promise<boolean> {
  const newest = (await generations(directory).catch(() => [])).at(-1);
  if (newest === undefined) return false;
  const holder = await readHolder(join(directory, lockFile(newest)));
  return holder?.endpoints !== undefined && (await isAlive(holder));
}

async function createNext(directory: string, holder: Holder): Promise<number | undefined> {
  const held = await generations(directory);
  const newest = held.at(-1) ?? 0;
  const current = newest === 0 ? undefined : await readHolder(join(directory, lockFile(newest)));
  if (current && (await isAlive(current))) throw new StateDirectoryInUse(directory, current);
  try {
    await place(join(directory, lockFile(newest + 1)), holder, link);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  }
  for (const old of held) await rm(join(directory, lockFile(old)), { force: true });
  return newest + 1;
}

/**
 * Takes a state directory for this process alone; makes it where needed. The lock of a process that
 * no longer runs is taken over.
 *
 * @throws {StateDirectoryInUse} a living process holds it.
 */
export async function lockStateDirectory(directory: string): Promise<StateDirectoryLock> {
  await mkdir(directory, { recursive: true });
  const startedAt = await startOf(process.pid);
  if (startedAt === undefined)
    throw new Error('the system does not report when this process started');
  const self: Holder = { pid: process.pid, startedAt };
  let generation: number | undefined;
  while (generation === undefined) generation = await createNext(directory, self);
  const file = join(directory, lockFile(generation));
  return {
    publish: (endpoints) => place(file, { ...self, endpoints }, rename),
    release: () => place(file, { ...self, released: true }, rename),
  };
}
