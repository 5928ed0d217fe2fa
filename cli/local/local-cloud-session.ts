import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '@sparse-fanout/local-cloud';
import type { Progress } from '#cli/frame/progress.ts';
import type { Deployment } from '#core/run/bind-run.ts';
import { cloudAssembly, SynthesisError } from './assembly.ts';
import { createLocalClients, type LocalClients } from './local-clients.ts';

/** Where a local cloud keeps its objects and ledger, and how many functions it runs at once. */
export interface SessionOptions {
  /** Kept for the next run; undefined for a directory that is removed at the end. */
  readonly state: string | undefined;
  /** A temporary state directory is made beside this one, on the disk that will hold the output. */
  readonly out: string;
  /** Lambda functions at once; undefined for a number that suits the machine. */
  readonly concurrency: number | undefined;
}

/** Outputs of the stack that a run needs. */
interface StackOutputs extends Deployment {
  readonly sourceBucket: string;
  readonly stateMachineArn: string;
}

/** A local cloud that is up, and clients for it. */
export interface Session {
  readonly outputs: StackOutputs;
  readonly clients: LocalClients;
  /** Settings of the template that have no effect here, one line each. */
  readonly notSimulated: readonly string[];
}

function stackOutputs({ outputs }: LocalCloud): StackOutputs {
  const output = (name: string): string => {
    const value = outputs[name];
    if (value === undefined) throw new SynthesisError(`the stack has no output ${name}`);
    return value;
  };
  return {
    sourceBucket: output('SourceBucketName'),
    outputBucket: output('OutputBucketName'),
    requestDefaults: JSON.parse(output('RequestDefaults')),
    stateMachineArn: output('StateMachineArn'),
  };
}

async function temporaryState(out: string): Promise<string> {
  const beside = dirname(resolve(out));
  await mkdir(beside, { recursive: true });
  return await mkdtemp(join(beside, '.sparse-fanout-'));
}

/** Deploys the stack of this checkout into a local cloud. @throws {StateDirectoryInUse} */
export async function startStack(
  options: Omit<LocalCloudOptions, 'assemblyDirectory'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<LocalCloud> {
  progress.say('synthesizing the stack');
  const assemblyDirectory = await cloudAssembly(signal);
  progress.say('starting the local cloud');
  return await startLocalCloud({ assemblyDirectory, ...options });
}

/**
 * Starts a local cloud, deploys the stack of this checkout into it, and closes it when the work is
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
  const { concurrency: lambdaConcurrency } = options;
  const stateDirectory = options.state ?? (await temporaryState(options.out));
  try {
    const limit = lambdaConcurrency === undefined ? {} : { lambdaConcurrency };
    const cloud = await startStack({ stateDirectory, ...limit }, progress, signal);
    const clients = createLocalClients(cloud);
    try {
      signal.throwIfAborted();
      const { notSimulated } = cloud;
      return await work({ outputs: stackOutputs(cloud), clients, notSimulated });
    } finally {
      clients.close();
      await cloud.close();
    }
  } finally {
    if (options.state === undefined) await rm(stateDirectory, { recursive: true, force: true });
  }
}
