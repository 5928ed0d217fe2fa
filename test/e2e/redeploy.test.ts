import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import { startLocalCloud } from '@sparse-fanout/local-cloud';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloudAssembly } from '#cli/local/assembly.ts';
import { nativeModules } from '#cli/local/native-modules.ts';
import { templateText } from '#support/assembly-variant.ts';
import { goldenBytes } from '#support/golden.ts';
import { patience } from '#support/patience.ts';
import { StackClient } from '#support/stack-client.ts';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'redeploy-'));
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

/** The folder of the writer's bundle in an assembly. */
function writerAsset(template: string): string {
  const resources: Record<string, { readonly Properties: { readonly Code: { S3Key: string } } }> =
    JSON.parse(template).Resources;
  const writer = Object.keys(resources).find((id) =>
    /^FanoutFunctionsWriteFunction[0-9A-F]{8}$/.test(id),
  );
  return `asset.${resources[String(writer)]?.Properties.Code.S3Key.replace('.zip', '')}`;
}

/** The same stack with a writer that fails, as another version. */
async function otherAssembly(assembly: string): Promise<string> {
  const other = join(root, 'other');
  await cp(assembly, other, { recursive: true });
  const template = await templateText(assembly);
  const module =
    "export async function handler() { console.log('other code'); throw new Error('failed'); }";
  await writeFile(join(other, writerAsset(template), 'index.mjs'), module);
  const version = /(FanoutFunctionsWriteFunctionCurrentVersion[0-9A-F]{8})([0-9a-f]{32})/g;
  const changed = template.replaceAll(version, `$1${'0'.repeat(32)}`);
  expect(changed).not.toBe(template);
  await writeFile(join(other, 'SparseFanout.template.json'), changed);
  return other;
}

async function deploy(assemblyDirectory: string) {
  const state = { stateDirectory: join(root, 'state'), nativeModules: nativeModules() };
  const cloud = await startLocalCloud({ assemblyDirectory, ...state });
  const client = new StackClient(cloud);
  const close = async () => {
    client.destroy();
    await cloud.close();
  };
  return { client, close };
}

/** What the writers have logged. */
async function writersLog(): Promise<string> {
  const logs = join(root, 'state/logs');
  const file = (await readdir(logs)).find((name) => /functionswritefunction/.test(name));
  return await readFile(join(logs, String(file)), 'utf8');
}

const counts = goldenBytes('inputs/dtype-int64.npz');

it(
  'an execution that is paused while other code is deployed ends with its own',
  async () => {
    const assembly = await cloudAssembly(new AbortController().signal);
    const before = await deploy(assembly);
    const source = await before.client.putSource('paused', counts);
    const chunking = { rows: 1 };
    const paused = await before.client.startExecution({ source, chunking });
    // Some chunks are written, others are not.
    await expect
      .poll(async () => (await before.client.keys('paused/')).length, { timeout: patience(20_000) })
      .toBeGreaterThan(3);
    await before.close();

    const after = await deploy(await otherAssembly(assembly));
    try {
      expect(await after.client.ended(paused)).toMatchObject({ status: 'ABORTED' });
      await after.client.states.send(new RedriveExecutionCommand({ executionArn: paused }));
      await after.client.expectSucceeded(paused);
      expect(await writersLog()).not.toContain('other code');

      const fresh = await after.client.putSource('fresh', counts);
      const failed = await after.client.run({ source: fresh, chunking });
      expect(failed.status).toBe('FAILED');
      expect(await writersLog()).toContain('other code');
    } finally {
      await after.close();
    }
  },
  patience(120_000),
);
