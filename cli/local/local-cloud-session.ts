import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { LocalCloud, LocalCloudOptions } from '@sparse-fanout/local-cloud';
import type { Observe } from '@sparse-fanout/local-cloud/happening.ts';
import type { Progress } from '#cli/frame/progress.ts';
import type { OwnCode } from '#cli/options/own-code.ts';
import type { FinishedRun } from '#cli/outputs/out-directory.ts';
import { LOCAL_UPLOADS } from '#cli/sources/own-places.ts';
import type { UploadPlace } from '#cli/sources/upload-place.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import type { TableDeployment } from '#core/run/bind-table.ts';
import { assemblyOf, SynthesisError } from './assembly.ts';
import { TEMPORARY_STATE } from './left-behind.ts';
import { createLocalClients, type LocalClients } from './local-clients.ts';
import { nativeModulesIfAny } from './native-modules.ts';

/** Where a local cloud keeps its objects and ledger, and how many functions it runs at once. */
export interface SessionOptions {
  /** Kept for the next run; undefined for a directory that is removed at the end. */
  readonly state: string | undefined;
  /** A temporary state directory is made beside this one, on the disk that will hold the output. */
  readonly out: string;
  /** Lambda functions at once. */
  readonly concurrency: number;
  /** What transforms may call. */
  readonly own: OwnCode;
}

/** Outputs of the stack that a run needs. */
interface StackOutputs extends Omit<TableDeployment, 'engine'> {
  readonly sourceBucket: string;
  readonly stateMachineArn: string;
}

/** A local cloud that is up, and clients for it. */
export interface Session {
  readonly outputs: StackOutputs;
  readonly clients: LocalClients;
  /** Settings of the template that have no effect here, one line each. */
  readonly notSimulated: readonly string[];
  /** How chunks get out without a copy; undefined where the state is kept, which has its own. */
  readonly link: FinishedRun['link'];
}

/** Where `local run` uploads sources to. */
export function uploadsOf({ clients, outputs }: Session, progress: Progress): UploadPlace {
  const { sourceBucket: bucket } = outputs;
  return { client: clients.s3, bucket, folder: LOCAL_UPLOADS, progress };
}

/** Whoever writes to a linked file writes to the object, so only one of both may stay. */
function linkFrom({ linkObject }: LocalCloud, { state }: SessionOptions): FinishedRun['link'] {
  if (state !== undefined) return undefined;
  return async (uri, path) => await linkObject(parseS3Uri(uri), path);
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
    functions: JSON.parse(output('FunctionDigests')),
    stateMachineArn: output('StateMachineArn'),
    transforms: JSON.parse(outputs['Transforms'] ?? '{}'),
  };
}

/** Where a local cloud keeps its data, and what ends that place. */
interface State {
  readonly directory: string;
  remove(): Promise<void>;
}

/** Removes the folders from `innermost` up to `outermost` as far as nothing lies in them. */
async function removeEmpty(innermost: string, outermost: string): Promise<void> {
  for (let folder = innermost; folder.length >= outermost.length; folder = dirname(folder)) {
    await rmdir(folder);
  }
}

async function temporaryState(out: string): Promise<State> {
  const beside = dirname(resolve(out));
  const outermost = await mkdir(beside, { recursive: true });
  const directory = await mkdtemp(join(beside, TEMPORARY_STATE));
  return {
    directory,
    async remove() {
      await rm(directory, { recursive: true, force: true });
      // Folders that were made for an output that does not lie there now.
      if (outermost !== undefined) await removeEmpty(beside, outermost).catch(() => undefined);
    },
  };
}

async function openState({ state, out }: SessionOptions): Promise<State> {
  if (state === undefined) return await temporaryState(out);
  return { directory: state, remove: async () => undefined };
}

/** What a stack is deployed with. */
interface StackOptions extends Omit<LocalCloudOptions, 'assemblyDirectory' | 'nativeModules'> {
  readonly own: OwnCode;
}

/** Deploys the stack of this checkout into a local cloud. @throws {StateDirectoryInUse} */
export async function startStack(
  { own, ...options }: StackOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<LocalCloud> {
  // Loaded only here: where this is installed, it is an optional package.
  const { startLocalCloud } = await import('@sparse-fanout/local-cloud');
  progress.say('synthesizing the stack');
  const assemblyDirectory = await assemblyOf(own, signal);
  progress.say('starting the local cloud');
  const nativeModules = nativeModulesIfAny();
  return await startLocalCloud({
    assemblyDirectory,
    ...(nativeModules !== undefined && { nativeModules }),
    ...(own.secrets && { secrets: own.secrets }),
    ...options,
  });
}

/** Watches a local cloud, and rejects when its disk takes no more: no retry can help then. */
function watchStorage(): { readonly observe: Observe; readonly failed: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => undefined);
  return {
    observe: (happening) => happening.kind === 'storage-failed' && reject(happening.error),
    failed: promise,
  };
}

/**
 * Starts a local cloud, deploys the stack of this checkout into it, and closes it when the work is
 * done or has failed. A temporary state directory is removed.
 *
 * @throws {StateDirectoryInUse} another process works on the state directory.
 * @throws {StorageFailed} the disk of the state directory is full; the work is given up at once.
 */
export async function inLocalCloud<T>(
  options: SessionOptions,
  progress: Progress,
  signal: AbortSignal,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const { concurrency: lambdaConcurrency, own } = options;
  const state = await openState(options);
  try {
    const { observe, failed } = watchStorage();
    const site = { stateDirectory: state.directory, lambdaConcurrency, observe, own };
    const cloud = await startStack(site, progress, signal);
    const clients = createLocalClients(cloud);
    try {
      signal.throwIfAborted();
      const { notSimulated } = cloud;
      const link = linkFrom(cloud, options);
      const session = { outputs: stackOutputs(cloud), clients, notSimulated, link };
      return await Promise.race([failed, work(session)]);
    } finally {
      clients.close();
      await cloud.close();
    }
  } finally {
    await state.remove();
  }
}
