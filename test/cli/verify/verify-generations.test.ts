import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readText } from '#aws/objects.ts';
import { verifyRun } from '#cli/commands/verify.ts';
import { openRunInS3 } from '#cli/outputs/stored-run.ts';
import { type Manifest, parseManifest } from '#core/manifest/manifest.ts';
import { claimKey, generationKey, manifestKey } from '#core/run/output-keys.ts';
import { BatchedOutput } from '#support/batched-output.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { BATCHES, stacked } from '#support/matrix-batches.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { runSteps } from '#support/run-steps.ts';

const { signal } = new AbortController();
const PREFIX = 'set/';

let services: LocalServices;
let directory: string;
/** Texts of the three manifests, and of the latest. */
let written: ReadonlyMap<string, string>;

async function put(key: string, text: string): Promise<void> {
  const command = new PutObjectCommand({ Bucket: services.bucket, Key: key, Body: text });
  await services.s3.send(command);
}

async function remove(key: string): Promise<void> {
  await services.s3.send(new DeleteObjectCommand({ Bucket: services.bucket, Key: key }));
}

beforeAll(async () => {
  services = await startLocalServices();
  directory = await mkdtemp(join(tmpdir(), 'verify-generations-'));
  const output = new BatchedOutput(services, 'set');
  for (const batch of [0, 1, 2]) {
    await runSteps(services, services, await output.request(batch));
  }
  const keys = [manifestKey(PREFIX), ...[1, 2, 3].map((each) => generationKey(PREFIX, each))];
  const texts = await Promise.all(
    keys.map(async (key) => (await readText(services.s3, services.bucket, key)) ?? ''),
  );
  written = new Map(keys.map((key, index) => [key, texts[index]!]));
});
afterAll(async () => {
  await services.close();
  await rm(directory, { recursive: true });
});
beforeEach(async () => {
  for (const [key, text] of written) await put(key, text);
});

async function verify(key = manifestKey(PREFIX), source?: readonly string[]) {
  const run = await openRunInS3(services.s3, `s3://${services.bucket}/${key}`, signal);
  return await verifyRun(run, { sample: 9, seed: 1, ...(source && { source }) }, signal);
}

/** Changes manifests as JSON. */
async function edit(keys: readonly string[], change: (manifest: Manifest) => void): Promise<void> {
  for (const key of keys) {
    const manifest = parseManifest(written.get(key) ?? '');
    change(manifest);
    await put(key, JSON.stringify(manifest));
  }
}

const latest = [manifestKey(PREFIX), generationKey(PREFIX, 3)];

describe('verify of appended generations', () => {
  test('accepts the latest manifest and that of each generation', async () => {
    expect(await verify()).toMatchObject({ generations: 3, rows: 15 });
    expect(await verify(generationKey(PREFIX, 1))).toMatchObject({ generations: 1, rows: 5 });
    expect(await verify(generationKey(PREFIX, 2))).toMatchObject({ generations: 2, rows: 9 });
  });

  test('derives the chunks of the generation whose source is given, or of all', async () => {
    const paths = await Promise.all(
      [...BATCHES, stacked(BATCHES)].map(async (matrix, index) => {
        const path = join(directory, `${index}.npz`);
        await writeFile(path, writeNpz(matrix));
        return path;
      }),
    );
    const rederived = async (...source: string[]) => (await verify(undefined, source)).rederived;
    expect(await rederived(paths[0]!)).toEqual([0, 1]);
    expect(await rederived(paths[2]!)).toEqual([4, 5]);
    expect(await rederived(...paths.slice(0, 3))).toEqual([0, 1, 2, 3, 4, 5]);
    const two = verify(undefined, paths.slice(0, 2));
    await expect(two).rejects.toThrow(/neither the whole output nor one of its 3 generations/);
  });

  test.each<readonly [string, () => Promise<void>, RegExp]>([
    [
      'an older manifest that is missing',
      () => remove(generationKey(PREFIX, 1)),
      /the manifest of generation 1 is missing/,
    ],
    [
      'the latest without its own copy',
      () => remove(generationKey(PREFIX, 3)),
      /the manifest of generation 3 is missing/,
    ],
    [
      'an older manifest of other bytes',
      () => put(generationKey(PREFIX, 2), `${written.get(generationKey(PREFIX, 2))}\n`),
      /manifest of generation 2 has \d+ bytes and CRC-32 [0-9a-f]{8}, which generation 3 does not say/,
    ],
    [
      'an older generation whose chunks were others',
      () =>
        edit([generationKey(PREFIX, 1)], ({ entries }) =>
          Object.assign(entries[0]!, { etag: 'x' }),
        ),
      /the chunks of generation 1 changed in generation 2/,
    ],
    [
      'an older generation of another kind',
      () =>
        edit([generationKey(PREFIX, 2)], ({ facts }) => Object.assign(facts, { dtype: 'int8' })),
      /the dtype of generation 2 changed in generation 3/,
    ],
    [
      'an older generation whose totals are wrong',
      () => edit([generationKey(PREFIX, 1)], ({ totals }) => Object.assign(totals, { rows: 4 })),
      /totals\.rows is 4, not 5/,
    ],
    [
      'a list that is out of order',
      () => edit(latest, ({ generations }) => void generations?.reverse()),
      /generation 2 is in the place of generation 4/,
    ],
    [
      'a list that is too short',
      () => edit(latest, ({ generations }) => void generations?.pop()),
      /the generations have 4 of 6 chunks; generation 3 of run \w+ is not the last/,
    ],
    [
      'a list with other rows',
      () => edit(latest, ({ generations }) => Object.assign(generations![1]!, { rowEnd: 8 })),
      /generation 2 says rows 5 to 8, which are not those of its chunks/,
    ],
  ])('fails on %s', async (_, spoil, sentence) => {
    await spoil();
    await expect(verify()).rejects.toThrow(sentence);
  });

  test('accepts chunks of a generation that was begun, and fails for others', async () => {
    const later = `${PREFIX}data/chunk-000006.csv`;
    await put(later, 'rows');
    await expect(verify()).rejects.toThrow(/chunk-000006\.csv lies beside the chunks/);
    await put(claimKey(PREFIX, 4), '{}');
    await verify();
    await put(`${PREFIX}data/notes.csv`, 'rows');
    await expect(verify()).rejects.toThrow(/notes\.csv lies beside the chunks/);
  });
});
