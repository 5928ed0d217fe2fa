import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readText } from '#aws/objects.ts';
import { verifyRun } from '#cli/commands/verify.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import { BatchedOutput } from '#support/batched-output.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { matrixBatches } from '#support/matrix-batches.ts';
import { runSteps } from '#support/run-steps.ts';

const { signal } = new AbortController();
const PREFIX = 'set/';

let services: LocalServices;
let text: string;

beforeAll(async () => {
  services = await startLocalServices();
  const output = new BatchedOutput(services, 'set', {
    form: matrixBatches('none'),
    mode: 'overwrite',
  });
  const more = new BatchedOutput(services, 'set');
  await runSteps(services, services, await output.request(0));
  await runSteps(services, services, await output.request(1));
  await runSteps(services, services, await more.request(2));
  text = (await readText(services.s3, services.bucket, manifestKey(PREFIX))) ?? '';
});
afterAll(() => services.close());

async function put(Key: string, Body: string): Promise<void> {
  await services.s3.send(new PutObjectCommand({ Bucket: services.bucket, Key, Body }));
}

async function verify(key = manifestKey(PREFIX)) {
  const run = await openRunInS3(services.s3, `s3://${services.bucket}/${key}`, signal);
  return await verifyRun(run, { sample: 0, seed: 1 }, signal);
}

describe('verify of rows that have overwritten others', () => {
  it('proves the new set, and the old one by its own manifest', async () => {
    expect(parseManifest(text)).toMatchObject({
      generation: 3,
      generations: [
        { generation: 2, rowStart: 0, rowEnd: 4 },
        { generation: 3, rowStart: 4, rowEnd: 10 },
      ],
      replaced: [{ generation: 1 }],
      totals: { rows: 10, chunks: 4 },
    });
    expect(await verify()).toMatchObject({ rows: 10, chunks: 4 });
    expect(await verify(generationKey(PREFIX, 2))).toMatchObject({ rows: 4, chunks: 2 });
    expect(await verify(generationKey(PREFIX, 1))).toMatchObject({ rows: 5, chunks: 2 });
  });

  it.each([
    ['forgets what it replaced', (manifest: Manifest) => delete manifest.replaced],
    [
      'replaced another run',
      (manifest: Manifest) => Object.assign(manifest.replaced![0]!, { runId: 'f'.repeat(32) }),
    ],
  ])('fails on a manifest that %s', async (_, change) => {
    const manifest = parseManifest(text);
    change(manifest);
    for (const key of [manifestKey(PREFIX), generationKey(PREFIX, 3)]) {
      await put(key, JSON.stringify(manifest));
    }
    await expect(verify()).rejects.toThrow(
      /generation 3 does not list the runs that were replaced/,
    );
  });
});
