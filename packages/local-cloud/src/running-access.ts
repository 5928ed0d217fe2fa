import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Credentials } from './iam/principals.ts';
import { readKept } from './kept-access.ts';
import { type Endpoints, isReady, LocalCloudNotRunning } from './state-directory.ts';

/** How clients reach a local cloud that runs in another process. */
export interface RunningAccess {
  readonly region: string;
  readonly endpoints: Endpoints;
  readonly credentials: Credentials;
  readonly caPem: string;
  /** The stack's outputs. */
  readonly outputs: Readonly<Record<string, string>>;
}

/**
 * Finds the local cloud that another process keeps up on a state directory.
 *
 * @throws {LocalCloudNotRunning} none does, it is not ready yet, or it is of an older version.
 */
export async function runningAccess(stateDirectory: string): Promise<RunningAccess> {
  const directory = resolve(stateDirectory);
  const kept = (await isReady(directory)) ? await readKept(directory) : undefined;
  const { endpoints, secretAccessKey, accessKeyId, region, caFile, outputs } = kept ?? {};
  const isWhole = accessKeyId && secretAccessKey && region && caFile && outputs;
  if (!isWhole || endpoints?.lambda === undefined) throw new LocalCloudNotRunning(directory);
  return {
    region,
    endpoints: { ...endpoints, lambda: endpoints.lambda },
    credentials: { accessKeyId, secretAccessKey },
    caPem: await readFile(caFile, 'utf8'),
    outputs,
  };
}
