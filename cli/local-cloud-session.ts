import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type LocalCloud, startLocalCloud } from '#local/local-cloud.ts';
import { cloudAssembly } from './assembly.ts';
import { createLocalClients, type LocalClients } from './local-clients.ts';
import type { Progress } from './progress.ts';

/** Where a local cloud keeps its objects and ledger, and how much it does at once. */
export interface SessionOptions {
  /** Kept for the next run; undefined for a directory that is removed at the end. */
  readonly state: string | undefined;
  /** A temporary state directory is made beside this one: the same disk will hold the output. */
  readonly out: string;
  /** Lambda functions at once; undefined for as many as suit the machine. */
  readonly concurrency: number | undefined;
}

/** A local cloud that is up, and clients that reach it. */
export interface Session {
  readonly cloud: LocalCloud;
  readonly clients: LocalClients;
}

async function temporaryState(out: string): Promise<string> {
  const beside = dirname(resolve(out));
  await mkdir(beside, { recursive: true });
  return await mkdtemp(join(beside, '.sparse-fanout-'));
}

async function startedCloud(
  stateDirectory: string,
  { concurrency }: SessionOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<LocalCloud> {
  progress.say('synthesizing the stack');
  const assemblyDirectory = await cloudAssembly(signal);
  progress.say('starting the local cloud');
  return await startLocalCloud({
    assemblyDirectory,
    stateDirectory,
    ...(concurrency !== undefined && { lambdaConcurrency: concurrency }),
  });
}

/**
 * Brings a local cloud up, deploys the stack of this checkout into it, and closes it when the work is
 * done or has failed. A temporary state directory is removed.
 *
 * @throws {StateDirectoryInUse} another process works on the state directory.
 */
export async function inLocalCloud<T>(
  options: SessionOptions,
  progress: Progress,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const stateDirectory = options.state ?? (await temporaryState(options.out));
  try {
    const cloud = await startedCloud(stateDirectory, options, progress, signal);
    const clients = createLocalClients(cloud);
    try {
      signal.throwIfAborted();
      return await work({ cloud, clients });
    } finally {
      clients.close();
      await cloud.close();
    }
  } finally {
    if (options.state === undefined) await rm(stateDirectory, { recursive: true, force: true });
  }
}
