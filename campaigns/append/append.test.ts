import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createObject } from '#aws/create-only.ts';
import { readText } from '#aws/objects.ts';
import { ManifestError, OutputConflictError } from '#core/errors.ts';
import { BatchedOutput, type BatchKind } from '#support/batched-output.ts';
import { type Call, hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { LONG, matrixBatches } from '#support/matrix-batches.ts';
import { patience } from '#support/patience.ts';
import { finishRun, planRun, runSteps } from '#support/run-steps.ts';
import { crashOnce, raceOnce, writesOf } from './crashes.ts';

const APPEND: BatchKind = { form: matrixBatches('none'), mode: 'append' };
/** Later manifests link that of the first batch. */
const LINKING: BatchKind = { form: matrixBatches('none', LONG), mode: 'append' };
const OVERWRITE: BatchKind = { form: matrixBatches('gzip'), mode: 'overwrite' };

let services: LocalServices;
/** Of a process that appends the second batch, and of one that overwrites with it. */
let writes: readonly Call[];
let overwrites: readonly Call[];

beforeAll(async () => {
  services = await startLocalServices();
  const output = new BatchedOutput(services, 'order');
  await writesOf(services, output, 0);
  writes = await writesOf(services, output, 1);
  const replaced = new BatchedOutput(services, 'replacing', OVERWRITE);
  await writesOf(services, replaced, 0);
  overwrites = await writesOf(services, replaced, 1);
});
afterAll(() => services.close());

/** Puts an object with a CRC-32, as ours have, in the place of another. */
async function createChanged(Key: string, text: string): Promise<void> {
  const { s3, bucket } = services;
  await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
  await createObject(s3, { bucket, key: Key, contentType: 'application/json' }, [text]);
}

describe('three batches', () => {
  it('are one set, byte for byte that of one run over all of them', async () => {
    const output = new BatchedOutput(services, 'plain');
    for (const batch of [0, 1, 2]) {
      const request = await output.request(batch);
      expect(await runSteps(services, services, request)).toBe(batch + 1);
      expect(await output.check()).toEqual([0, 1, 2].slice(0, batch + 1));
    }
    expect(await output.content()).toEqual(await output.expected([0, 1, 2]));
  });
});

/** The short form of `npm run campaign -- append`, which takes every write of every batch. */
describe('an append', () => {
  it('writes the next generation in this order, the latest manifest last', async () => {
    const objects = writes.filter(({ name }) => name === 'PutObject');
    expect(objects.map(({ subject }) => subject)).toEqual([
      'order/_manifest/run-000002.json',
      'order/_plan/source-000002.json',
      'order/_plan/plan-000002.jsonl',
      'order/data/chunk-000002.csv',
      'order/data/chunk-000003.csv',
      'order/_manifest/manifest-000002.json',
      'order/_manifest/manifest.json',
    ]);
  });

  it('is finished again as often as one likes, also when another one has followed', async () => {
    const output = new BatchedOutput(services, 'again');
    await runSteps(services, services, await output.request(0));
    const planned = await planRun(services, services, await output.request(1));
    expect(await finishRun(services, services, planned)).toBe(2);
    expect(await finishRun(services, services, planned)).toBe(2);
    await runSteps(services, services, await output.request(2));
    const { text } = await output.content();
    expect(await finishRun(services, services, planned)).toBe(2);
    expect(await output.check()).toEqual([0, 1, 2]);
    expect((await output.content()).text).toBe(text);
  });

  it.each([
    ['looks at the chunks', 'ListObjectsV2', 'data/'],
    ['writes its manifest', 'PutObject', 'manifest-000002.json'],
    ['replaces the latest manifest', 'PutObject', '/manifest.json'],
  ])('ends well when a twin finishes, and another follows, before it %s', async (_, name, end) => {
    const output = new BatchedOutput(services, `twins-${name}-${end}`);
    await runSteps(services, services, await output.request(0));
    const planned = await planRun(services, services, await output.request(1));
    const last = await output.request(2);
    const clients = services.connect();
    let isOvertaken = false;
    hookClients(clients, async (call, send) => {
      if (!isOvertaken && call.name === name && call.subject.endsWith(end)) {
        isOvertaken = true;
        expect(await finishRun(services, services, planned)).toBe(2);
        expect(await runSteps(services, services, last)).toBe(3);
      }
      return await send();
    });
    expect(await finishRun(clients, services, planned)).toBe(2);
    expect(isOvertaken).toBe(true);
    expect(await output.check()).toEqual([0, 1, 2]);
    expect(await output.content()).toEqual(await output.expected([0, 1, 2]));
  });

  it('fails when the latest manifest is gone or of another generation, and leaves it so', async () => {
    const { s3, bucket } = services;
    const output = new BatchedOutput(services, 'lost');
    await runSteps(services, services, await output.request(0));
    const planned = await planRun(services, services, await output.request(1));
    const Key = 'lost/_manifest/manifest.json';
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    const ended = finishRun(services, services, planned);
    await expect(ended).rejects.toThrow(OutputConflictError);
    await expect(ended).rejects.toThrow(/comes after generation 1 .*of generation 0 now/);
    expect(await output.check()).toEqual([]);
  });

  it('fails when its base was changed after it was planned', async () => {
    const { s3, bucket } = services;
    const output = new BatchedOutput(services, 'rebased');
    await runSteps(services, services, await output.request(0));
    const planned = await planRun(services, services, await output.request(1));
    const Key = 'rebased/_manifest/manifest-000001.json';
    const text = (await readText(s3, bucket, Key)) ?? '';
    const changed = text.replace('"rowEnd":5,"chunks"', '"rowEnd":4,"chunks"');
    await createChanged(Key, changed);
    const ended = finishRun(services, services, planned);
    await expect(ended).rejects.toThrow(ManifestError);
    await expect(ended).rejects.toThrow(
      /1 with 2 chunks and 4 rows, but had generation 1 with 2 chunks and 5 /,
    );
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    await expect(finishRun(services, services, planned)).rejects.toThrow(/is missing/);
  });

  it.each([
    ['the claim is made', 'run-000002.json', 'before'],
    ['the claim was made', 'run-000002.json', 'after'],
    ['the plan was written', 'plan-000002.jsonl', 'after'],
    ['a chunk was written', 'chunk-000002.csv', 'after'],
    ["the generation's manifest is written", 'manifest-000002.json', 'before'],
    ["the generation's manifest was written", 'manifest-000002.json', 'after'],
    ['the latest manifest is replaced', '/manifest.json', 'before'],
    ['the latest manifest was replaced', '/manifest.json', 'after'],
    ['the latest manifest was replaced, whose answer is lost', '/manifest.json', 'lost answer'],
  ] as const)('leaves whole generations when it dies where %s', async (_, name, moment) => {
    const write = writes.findIndex(({ subject }) => subject.endsWith(name));
    await crashOnce(services, { batch: 1, write, moment }, APPEND);
  });

  it.each([
    ['when its plan is ready', 'plan-000002.jsonl', 1],
    ['before it has claimed its generation', 'run-000002.json', 2],
    ['before it replaces the latest manifest', '/manifest.json', 1],
  ])(
    'wins or is refused when another one runs from beginning to end %s',
    async (_, name, winner) => {
      const write = writes.findIndex(({ subject }) => subject.endsWith(name));
      expect(await raceOnce(services, write, APPEND)).toBe(winner);
    },
  );
});

describe('an overwrite', () => {
  it('leaves what it replaces, and writes beside it', async () => {
    const output = new BatchedOutput(services, 'replaced', OVERWRITE);
    const first = await writesOf(services, output, 0);
    const second = await writesOf(services, output, 1);
    const chunksOf = (calls: readonly Call[]) =>
      calls.map(({ subject }) => subject).filter((subject) => /chunk-\d+\.csv\.gz$/.test(subject));
    expect(chunksOf(first)).toEqual([
      'replaced/data/chunk-000000.csv.gz',
      'replaced/data/chunk-000001.csv.gz',
    ]);
    expect(chunksOf(second)).toEqual([
      'replaced/data-g000002/chunk-000000.csv.gz',
      'replaced/data-g000002/chunk-000001.csv.gz',
    ]);
    expect(await output.check()).toEqual([0, 1]);
    expect(await output.content()).toEqual(await output.expected([0, 1]));
  });

  it('is not brought back by a repeated start', async () => {
    const output = new BatchedOutput(services, 'old', OVERWRITE);
    for (const batch of [0, 1]) await writesOf(services, output, batch);
    const again = runSteps(services, services, await output.request(0));
    await expect(again).rejects.toThrow(OutputConflictError);
    await expect(again).rejects.toThrow(
      /was generation 1 of s3:.*\/old\/, whose rows generation 2 has replaced since/,
    );
    expect(await runSteps(services, services, await output.request(1))).toBe('complete');
  });

  it('can be followed by an append, and is replaced with it', async () => {
    const output = new BatchedOutput(services, 'mixed', OVERWRITE);
    const more = new BatchedOutput(services, 'mixed', { ...OVERWRITE, mode: 'append' });
    await writesOf(services, output, 0);
    expect(await runSteps(services, services, await output.request(1))).toBe(2);
    const appended = await writesOf(services, more, 2);
    const names = appended.map(({ subject }) => subject);
    expect(names).toContain('mixed/data-g000002/chunk-000002.csv.gz');
    expect((await output.content()).text).toBe((await more.expected([1, 2])).text);
  });

  it.each([
    ['the claim was made', 'run-000002.json', 'after'],
    ['a chunk was written', 'chunk-000000.csv.gz', 'after'],
    ["the generation's manifest was written", 'manifest-000002.json', 'after'],
    ['the latest manifest is replaced', '/manifest.json', 'before'],
    ['the latest manifest was replaced, whose answer is lost', '/manifest.json', 'lost answer'],
  ] as const)('leaves old or new when it dies where %s', async (_, name, moment) => {
    const write = overwrites.findIndex(({ subject }) => subject.endsWith(name));
    await crashOnce(services, { batch: 1, write, moment }, OVERWRITE);
  });

  it('wins or is refused when another one runs from beginning to end meanwhile', async () => {
    const write = overwrites.findIndex(({ subject }) => subject.endsWith('plan-000002.jsonl'));
    expect(await raceOnce(services, write, OVERWRITE)).toBe(1);
  });
});

describe('an append after a long manifest, which it links', () => {
  const slow = { timeout: patience(30_000) };
  let linking: readonly Call[];

  beforeAll(async () => {
    const output = new BatchedOutput(services, LINKING.form.name, LINKING);
    await writesOf(services, output, 0);
    linking = await writesOf(services, output, 1);
  }, patience(30_000));

  it.each([
    ["the generation's manifest was written", 'manifest-000002.json', 'after'],
    ['the latest manifest was replaced, whose answer is lost', '/manifest.json', 'lost answer'],
  ] as const)('leaves whole generations when it dies where %s', slow, async (_, name, moment) => {
    const write = linking.findIndex(({ subject }) => subject.endsWith(name));
    await crashOnce(services, { batch: 1, write, moment }, LINKING);
  });

  it('wins or is refused when another one runs from beginning to end meanwhile', slow, async () => {
    const write = linking.findIndex(({ subject }) => subject.endsWith('plan-000002.jsonl'));
    expect(await raceOnce(services, write, LINKING)).toBe(1);
  });
});
