import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readText } from '#aws/objects.ts';
import { verifyRun } from '#cli/commands/verify.ts';
import { addGeneration } from '#cli/outputs/add-generation.ts';
import { type FinishedRun, heldManifest, publishRun } from '#cli/outputs/out-directory.ts';
import { withStoredRun } from '#cli/outputs/stored-run.ts';
import { pinObject } from '#cli/sources/s3-client.ts';
import { ManifestError } from '#core/errors.ts';
import { parseS3Uri } from '#core/objects/s3-uri.ts';
import { generationKey } from '#core/run/output-keys.ts';
import { BatchedOutput } from '#support/batched-output.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { runSteps } from '#support/run-steps.ts';

const { signal } = new AbortController();

let services: LocalServices;
/** The generations of an output in S3. */
let runs: FinishedRun[];
let base: string;
let out: string;

beforeAll(async () => {
  services = await startLocalServices();
  const { s3, bucket } = services;
  const output = new BatchedOutput(services, 'set');
  runs = [];
  for (const batch of [0, 1, 2]) {
    await runSteps(services, services, await output.request(batch));
    const manifestText = (await readText(s3, bucket, generationKey('set/', batch + 1))) ?? '';
    runs.push({ manifestText, open: (uri) => pinObject(s3, uri, signal) });
  }
});
afterAll(() => services.close());

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'add-generation-'));
  out = join(base, 'out');
  await publishRun(runs[0]!, out, signal);
});
afterEach(() => rm(base, { recursive: true }));

/** Adds the next generation to what the directory holds. */
async function append(run: FinishedRun, directory = out): Promise<void> {
  const held = await heldManifest(directory);
  await addGeneration(run, directory, held!, signal);
}

/** @returns the number of generations of a directory, all of which are whole. */
async function verified(directory = out): Promise<number> {
  const verify = () =>
    withStoredRun(directory, signal, (run) => verifyRun(run, { sample: 0, seed: 0 }, signal));
  return (await verify()).generations;
}

describe('a directory that is appended to', () => {
  test('holds one more generation and all manifests; nothing is left beside it', async () => {
    await append(runs[1]!);
    expect(await verified()).toBe(2);
    await append(runs[2]!);
    expect(await verified()).toBe(3);
    expect((await readdir(join(out, '_manifest'))).sort()).toEqual([
      'manifest-000001.json',
      'manifest-000002.json',
      'manifest-000003.json',
      'manifest.json',
      'run-000002.json',
      'run-000003.json',
    ]);
    expect(await readFile(join(out, '_manifest', 'manifest.json'), 'utf8')).toBe(
      runs[2]!.manifestText,
    );
    expect(await readdir(base)).toEqual(['out']);
  });

  test('is unchanged when a chunk cannot be copied, and receives it the next time', async () => {
    const opened: string[] = [];
    const open = async (uri: string) => {
      opened.push(basename(parseS3Uri(uri).key));
      if (opened.length > 1) throw new ManifestError('no more');
      return await runs[1]!.open(uri);
    };
    await expect(append({ ...runs[1]!, open })).rejects.toThrow('no more');
    expect(opened).toEqual(['chunk-000002.csv', 'chunk-000003.csv']);
    expect(await verified()).toBe(1);
    expect(await readdir(base)).toEqual(['out']);
    await append(runs[1]!);
    expect(await verified()).toBe(2);
  });

  test.each([
    ['its chunks', ['data/chunk-000002.csv', 'data/chunk-000003.csv']],
    ['its manifest too', ['data/chunk-000002.csv', 'data/chunk-000003.csv', generationKey('', 2)]],
  ])('is whole after a crash behind %s, and goes on', async (_, moved) => {
    const twin = join(base, 'twin');
    await cp(out, twin, { recursive: true });
    await append(runs[1]!, twin);
    for (const path of ['_manifest/run-000002.json', ...moved]) {
      await cp(join(twin, path), join(out, path));
    }
    expect(await verified()).toBe(1);
    await append(runs[1]!);
    expect(await verified()).toBe(2);
  });

  test('accepts the same generation from two processes at once, and refuses another run', async () => {
    await Promise.all([append(runs[1]!), append(runs[1]!)]);
    expect(await verified()).toBe(2);
    await writeFile(join(out, '_manifest', 'run-000003.json'), '{"runId":"other"}');
    await expect(append(runs[2]!)).rejects.toThrow(
      /generation 3 of --out .* is being added by another run .*then repeat this one/,
    );
    expect(await verified()).toBe(2);
  });
});
