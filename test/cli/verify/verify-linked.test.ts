import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readText } from '#aws/objects.ts';
import { verifyRun } from '#cli/commands/verify.ts';
import { addGeneration } from '#cli/outputs/add-generation.ts';
import { type FinishedRun, heldManifest, publishRun } from '#cli/outputs/out-directory.ts';
import { openRunInS3, withStoredRun } from '#cli/outputs/stored-run.ts';
import { findUnlisted } from '#cli/prune/prune.ts';
import { s3Output } from '#cli/prune/s3-output.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { generationKey, manifestKey } from '#core/run/output-keys.ts';
import { BatchedOutput } from '#support/batched-output.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { LONG, matrixBatches } from '#support/matrix-batches.ts';
import { patience } from '#support/patience.ts';
import { runSteps } from '#support/run-steps.ts';

const { signal } = new AbortController();
const form = matrixBatches('none', LONG);
const PREFIX = `${form.name}/`;
const ROWS = LONG.matrices.map(({ shape }) => shape[0]!);

let services: LocalServices;
/** Texts of the manifests of four generations, of which the last overwrites, and of the latest. */
let written: ReadonlyMap<string, string>;
/** What prune would have removed before the last one. */
const unlisted: string[] = [];

const latest = [manifestKey(PREFIX), generationKey(PREFIX, 4)];

async function textAt(key: string): Promise<string> {
  return (await readText(services.s3, services.bucket, key)) ?? '';
}

/** Keys that prune would remove. */
async function findKeys(): Promise<readonly string[]> {
  const output = s3Output(services.s3, `s3://${services.bucket}/${PREFIX}`, signal);
  return await Array.fromAsync(findUnlisted(output), ({ key }) => key);
}

async function put(Key: string, Body: string): Promise<void> {
  await services.s3.send(new PutObjectCommand({ Bucket: services.bucket, Key, Body }));
}

beforeAll(async () => {
  services = await startLocalServices();
  const appended = new BatchedOutput(services, form.name, { form, mode: 'append' });
  const replaced = new BatchedOutput(services, form.name, { form, mode: 'overwrite' });
  for (const batch of [0, 1, 2]) {
    await runSteps(services, services, await appended.request(batch));
  }
  unlisted.push(...(await findKeys()));
  await runSteps(services, services, await replaced.request(1));
  const keys = [manifestKey(PREFIX), ...[1, 2, 3, 4].map((each) => generationKey(PREFIX, each))];
  const entries = keys.map(async (key) => [key, await textAt(key)] as const);
  written = new Map(await Promise.all(entries));
}, patience(30_000));
afterAll(() => services.close());
beforeEach(async () => {
  for (const [key, text] of written) await put(key, text);
});

async function verify(key = manifestKey(PREFIX)) {
  const run = await openRunInS3(services.s3, `s3://${services.bucket}/${key}`, signal);
  return await verifyRun(run, { sample: 0, seed: 1 }, signal);
}

/** Changes manifests as JSON. */
async function edit(keys: readonly string[], change: (manifest: Manifest) => void): Promise<void> {
  for (const key of keys) {
    const manifest = parseManifest(written.get(key)!);
    change(manifest);
    await put(key, JSON.stringify(manifest));
  }
}

describe('verify of manifests that link a long one', () => {
  test('accepts the manifest of each generation, and knows all rows', async () => {
    expect(parseManifest(written.get(generationKey(PREFIX, 3))!).earlier).toHaveLength(1);
    const all = ROWS[0]! + ROWS[1]! + ROWS[2]!;
    expect(await verify(generationKey(PREFIX, 3))).toMatchObject({ generations: 3, rows: all });
    expect(await verify()).toMatchObject({ generations: 1, rows: ROWS[1] });
  });

  test.each<readonly [string, () => Promise<void>, RegExp]>([
    [
      'a link to other bytes',
      () =>
        edit(latest, ({ earlierReplaced }) => Object.assign(earlierReplaced![0]!, { bytes: 1 })),
      /manifest-000001\.json has \d+ bytes and CRC-32 \w+, a later manifest says \d+ bytes/,
    ],
    [
      'links that were left out',
      () => edit(latest, (manifest) => void delete manifest.earlierReplaced),
      /generation 4 does not list the runs that were replaced/,
    ],
    [
      'a link to another place',
      () =>
        edit([generationKey(PREFIX, 3)], ({ earlier }) =>
          Object.assign(earlier![0]!, { url: 's3://b/k' }),
        ),
      /the list of earlier manifests of generation 2 changed in generation 3/,
    ],
    [
      'a link of other totals',
      () =>
        edit([generationKey(PREFIX, 2)], ({ earlier }) =>
          Object.assign(earlier![0]!.totals, { rows: 1 }),
        ),
      /the list of earlier manifests of generation 1 changed in generation 2/,
    ],
  ])('fails on %s', async (_, spoil, sentence) => {
    await spoil();
    await expect(verify()).rejects.toThrow(sentence);
  });
});

test('prune finds what was overwritten, and nothing of what a linked manifest lists', async () => {
  expect(unlisted).toEqual([]);
  const found = await findKeys();
  expect(found).toHaveLength(ROWS[0]! + ROWS[1]! + ROWS[2]!);
  expect(found.every((key) => key.startsWith('data/'))).toBe(true);
});

test('a directory gets all generations, and is whole after each', async () => {
  const base = await mkdtemp(join(tmpdir(), 'verify-linked-'));
  const out = join(base, 'out');
  const open = (uri: string) => pinObject(services.s3, uri, signal);
  const runs: FinishedRun[] = [1, 2, 3, 4].map((generation) => ({
    ...{ manifestText: written.get(generationKey(PREFIX, generation))!, open },
  }));
  await publishRun(runs[0]!, out, signal);
  for (const [index, run] of runs.slice(1).entries()) {
    const held = (await heldManifest(out))!;
    expect(held.generations).toHaveLength(index + 1);
    await addGeneration(run, out, held, signal);
    const options = { sample: 0, seed: 1 };
    await withStoredRun(out, signal, (stored) => verifyRun(stored, options, signal));
  }
  await rm(join(out, generationKey('', 1)));
  await expect(heldManifest(out)).rejects.toThrow(
    /holds no run that can be read \(.*manifest-000001\.json is missing, a later manifest says/,
  );
  await rm(base, { recursive: true });
});
