import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BatchedOutput, type BatchKind } from '#support/batched-output.ts';
import { type Call, hookClients } from '#support/hooked-clients.ts';
import { type LocalServices, startLocalServices } from '#support/local-services.ts';
import { patience } from '#support/patience.ts';
import { finishRun, planRun, runSteps } from '#support/run-steps.ts';
import { partitionBatches } from '#support/tables/partition-batches.ts';
import { tableBatches } from '#support/tables/table-batches.ts';
import { crashOnce, raceOnce, twinsOnce, writesOf } from './crashes.ts';

const APPEND: BatchKind = {
  form: tableBatches({ format: 'parquet', compression: 'zstd' }),
  mode: 'append',
};
const OVERWRITE: BatchKind = {
  form: tableBatches({ format: 'jsonl', compression: 'gzip' }),
  mode: 'overwrite',
};

const PARTITIONS: BatchKind = { form: partitionBatches(), mode: 'overwrite-partitions' };

const ICEBERG: BatchKind = {
  form: tableBatches({ format: 'parquet', compression: 'zstd', companions: ['iceberg'] }),
  mode: 'append',
};

/** A test runs six jobs, whose steps each start the engine. */
const TIMEOUT = { timeout: patience(4000) };

let services: LocalServices;
/** Of a process that appends the second batch, and of one that overwrites with it. */
let writes: readonly Call[];
let overwrites: readonly Call[];

beforeAll(async () => {
  services = await startLocalServices();
  const output = new BatchedOutput(services, 'order', APPEND);
  await writesOf(services, output, 0);
  writes = await writesOf(services, output, 1);
  const replaced = new BatchedOutput(services, 'replacing', OVERWRITE);
  await writesOf(services, replaced, 0);
  overwrites = await writesOf(services, replaced, 1);
}, patience(4000));
afterAll(() => services.close());

/** The short form of `npm run campaign -- append --tables parquet`, which takes every write. */
describe('an append of a table', TIMEOUT, () => {
  it('writes what was left out before the file that lacks it, the latest manifest last', () => {
    const objects = writes.filter(({ name }) => name === 'PutObject');
    expect(objects.map(({ subject }) => subject)).toEqual([
      'order/_manifest/run-000002.json',
      'order/_plan/objects-000002.jsonl',
      'order/_plan/source-000002.json',
      'order/_plan/plan-000002.jsonl',
      'order/_manifest/rejects/chunk-000002.jsonl',
      'order/data/chunk-000002.parquet',
      'order/_manifest/rejects/chunk-000003.jsonl',
      'order/data/chunk-000003.parquet',
      'order/_manifest/manifest-000002.json',
      'order/_manifest/manifest.json',
    ]);
  });

  it.each([
    ['the layout was written', 'source-000002.json', 'after'],
    ['the rejected rows were written', 'rejects/chunk-000002.jsonl', 'after'],
    ['a file was written', 'data/chunk-000002.parquet', 'after'],
    ['the latest manifest was replaced, whose answer is lost', '/manifest.json', 'lost answer'],
  ] as const)('leaves whole generations when it dies where %s', async (_, name, moment) => {
    const write = writes.findIndex(({ subject }) => subject.endsWith(name));
    await crashOnce(services, { batch: 1, write, moment }, APPEND);
  });

  it.each([
    ['manifests', '-m0.avro', 'after'],
    ['the list of manifests', '-list.avro', 'lost answer'],
    ['the metadata', 'v2.metadata.json', 'after'],
  ] as const)(
    'leaves whole snapshots when it dies once it has written %s of Iceberg',
    async (_, name, moment) => {
      const output = new BatchedOutput(services, `iceberg-${moment}${name}`, ICEBERG);
      await writesOf(services, output, 0);
      const calls = await writesOf(services, output, 1);
      const write = calls.findIndex(({ subject }) => subject.endsWith(name));
      expect(write).toBeGreaterThan(0);
      await crashOnce(services, { batch: 1, write, moment }, ICEBERG);
    },
  );

  it.each([
    ['when its plan is ready', 'plan-000002.jsonl', 1],
    ['before it has claimed its generation', 'run-000002.json', 2],
  ])(
    'wins or is refused when another one runs from beginning to end %s',
    async (_, name, winner) => {
      const write = writes.findIndex(({ subject }) => subject.endsWith(name));
      expect(await raceOnce(services, write, APPEND)).toBe(winner);
    },
  );

  it('ends well when a twin finishes before it writes a file', async () => {
    const output = new BatchedOutput(services, 'twins', APPEND);
    await runSteps(services, services, await output.request(0));
    const planned = await planRun(services, services, await output.request(1));
    const clients = services.connect();
    let isOvertaken = false;
    hookClients(clients, async ({ name, subject }, send) => {
      if (!isOvertaken && name === 'PutObject' && subject.endsWith('chunk-000002.parquet')) {
        isOvertaken = true;
        expect(await finishRun(services, services, planned)).toBe(2);
      }
      return await send();
    });
    expect(await finishRun(clients, services, planned)).toBe(2);
    expect(isOvertaken).toBe(true);
    expect(await output.check()).toEqual([0, 1]);
    expect(await output.content()).toEqual(await output.expected([0, 1]));
  });
});

describe('an overwrite of a table', TIMEOUT, () => {
  it.each([
    ['a file was written', 'data-g000002/chunk-000000.jsonl.gz', 'after'],
    ['the latest manifest is replaced', '/manifest.json', 'before'],
  ] as const)('leaves old or new when it dies where %s', async (_, name, moment) => {
    const write = overwrites.findIndex(({ subject }) => subject.endsWith(name));
    await crashOnce(services, { batch: 1, write, moment }, OVERWRITE);
  });

  it('wins or is refused when another one runs from beginning to end meanwhile', async () => {
    const write = overwrites.findIndex(({ subject }) => subject.endsWith('plan-000002.jsonl'));
    expect(await raceOnce(services, write, OVERWRITE)).toBe(1);
  });
});

describe('a run that replaces partitions', TIMEOUT, () => {
  let replaces: readonly Call[];

  beforeAll(async () => {
    const output = new BatchedOutput(services, 'parts', PARTITIONS);
    await writesOf(services, output, 0);
    replaces = await writesOf(services, output, 1);
  }, patience(4000));

  it('writes the partitions that it has in a folder of their own, the latest manifest last', () => {
    const objects = replaces.filter(({ name }) => name === 'PutObject');
    const names = objects.map(({ subject }) => subject).filter((name) => name.startsWith('parts/'));
    expect(names).toEqual([
      'parts/_manifest/run-000002.json',
      'parts/_plan/objects-000002.jsonl',
      'parts/_plan/shares-000002.jsonl',
      'parts/_plan/source-000002.json',
      'parts/_plan/plan-000002.jsonl',
      'parts/data-g000002/part=ab/chunk-000001.parquet',
      'parts/data-g000002/part=b/chunk-000002.parquet',
      'parts/data-g000002/part=c/chunk-000003.parquet',
      'parts/_manifest/manifest-000002.json',
      'parts/_manifest/manifest.json',
    ]);
  });

  it.each([
    ['the rows of a mapper were written', '/000000.parquet', 'after'],
    ['the generation was claimed', 'run-000002.json', 'after'],
    ['a file was written', 'part=b/chunk-000002.parquet', 'after'],
    ["the generation's manifest was written", 'manifest-000002.json', 'lost answer'],
    ['the latest manifest is replaced', '/manifest.json', 'before'],
  ] as const)('leaves old or new when it dies where %s', async (_, name, moment) => {
    const write = replaces.findIndex(({ subject }) => subject.endsWith(name));
    expect(write).toBeGreaterThan(0);
    await crashOnce(services, { batch: 1, write, moment }, PARTITIONS);
  });

  it.each(['before', 'after'] as const)(
    'is in, and leaves what was scattered, when it dies %s it removes that',
    async (moment) => {
      const write = replaces.findIndex(({ name }) => name === 'DeleteObjects');
      expect(write).toBeGreaterThan(0);
      await crashOnce(services, { batch: 1, write, moment }, PARTITIONS);
    },
  );

  it.each([
    ['what mappers share', '/source.json'],
    ['the rows of a mapper', '/000000.parquet'],
    ['a file', 'part=b/chunk-000002.parquet'],
    ["its generation's manifest", 'manifest-000002.json'],
  ])('ends well when a twin finishes before it writes %s', async (_, name) => {
    const write = replaces.findIndex(({ subject }) => subject.endsWith(name));
    await twinsOnce(services, write, PARTITIONS);
  });

  it.each([
    ['when its plan is ready', 'plan-000002.jsonl', 1],
    ['before it has claimed its generation', 'run-000002.json', 2],
  ])(
    'wins or is refused when another one runs from beginning to end %s',
    async (_, name, winner) => {
      const write = replaces.findIndex(({ subject }) => subject.endsWith(name));
      expect(await raceOnce(services, write, PARTITIONS)).toBe(winner);
    },
  );
});
