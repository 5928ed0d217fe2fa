import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListExecutionsCommand } from '@aws-sdk/client-sfn';
import {
  type BundleFiles,
  bundleOfVersion1,
  bundleOfVersion2,
  type SmallMatrix,
} from '#support/bundle-files.ts';
import { LocalUp } from '#support/local-up.ts';
import { pythonOf } from '#support/python/environment.ts';

const run = promisify(execFile);

/** 8.4 million entries of 12 bytes are 100 MB. */
const [ROWS, COLUMNS] = [8_400, 1_000];

const FOLDER = 'synced/';

/** A matrix whose every entry is the number of its version. */
function matrixOf(version: number): SmallMatrix {
  const entries = ROWS * COLUMNS;
  return {
    columns: COLUMNS,
    indptr: Array.from({ length: ROWS + 1 }, (_, row) => row * COLUMNS),
    indices: Array.from({ length: entries }, (_, entry) => entry % COLUMNS),
    data: new Array<number>(entries).fill(version + 0.5),
  };
}

async function writeFolder(folder: string, files: BundleFiles): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}

/** The executions that objects have started, the latest first. */
async function executionsOf(up: LocalUp): Promise<string[]> {
  const stateMachineArn = up.output('StateMachineArn');
  const { executions = [] } = await up.states.send(new ListExecutionsCommand({ stateMachineArn }));
  return executions.map(({ executionArn }) => executionArn ?? '');
}

/** The only execution that was not there before. */
async function startedSince(up: LocalUp, before: readonly string[]): Promise<string> {
  for (;;) {
    const [started, ...others] = (await executionsOf(up)).filter((arn) => !before.includes(arn));
    if (others.length > 0) throw new Error(`one sync has started ${others.length + 1} executions`);
    if (started !== undefined) return started;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Syncs a folder, and waits for its execution. @returns a line for people */
async function syncOnce(
  up: LocalUp,
  sync: () => Promise<unknown>,
  version: number,
): Promise<string> {
  const before = await executionsOf(up);
  const startedAt = performance.now();
  await sync();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const { output } = await up.expectSucceeded(await startedSince(up, before));
  const [key] = await up.keys(`synced/${output.runId}/data/`);
  const text = (await up.read(`s3://${up.outputBucket}/${key}`)).toString('latin1', 0, 20);
  if (!text.startsWith(`${version}.5,`)) {
    throw new Error(`the rows of sync ${version} begin with ${JSON.stringify(text)}`);
  }
  const all = ((performance.now() - startedAt) / 1000).toFixed(1);
  return `sync ${version}: sent in ${seconds} s, manifest ${output.runId} after ${all} s`;
}

/**
 * Sends bundles of 100 MB over each other by `aws s3 sync`, the first over one of version 1. Each
 * starts one execution by its `meta.json`, which arrives before the arrays, and gets a manifest.
 *
 * @returns false if the AWS CLI cannot be installed here.
 */
export async function syncOver(count: number): Promise<boolean> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const pythons = ['3.13', '3.12', '3.11', '3.10'];
  const python = await pythonOf({ name: 'awscli', pythons, requirements });
  if (python === undefined) {
    console.log('there is no Python 3.10 to 3.13 here, so nothing was synced');
    return false;
  }
  const directory = await mkdtemp(join(tmpdir(), 'sparse-fanout-sync-'));
  const up = await LocalUp.start(join(directory, 'state'));
  const env = { ...process.env, ...up.printed.variables };
  const folder = join(directory, 'bundle');
  const target = `s3://${up.output('SourceBucketName')}/${FOLDER}`;
  const sync = () =>
    run(python, ['-m', 'awscli', 's3', 'sync', '--quiet', folder, target], { env });
  try {
    for (let version = 0; version <= count; version += 1) {
      const write = version === 0 ? bundleOfVersion1 : bundleOfVersion2;
      await writeFolder(folder, write(matrixOf(version)));
      console.log(await syncOnce(up, sync, version));
    }
    return true;
  } finally {
    await up.end('SIGINT');
    await rm(directory, { recursive: true, force: true });
  }
}
