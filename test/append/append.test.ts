import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalServices, startLocalServices } from '#test/support/local-services.ts';
import { BatchedOutput } from './batches.ts';
import { crashOnce, raceOnce, writesOf } from './crashes.ts';
import type { Call } from './hooked-clients.ts';
import { runSteps } from './run-steps.ts';

let services: LocalServices;
/** Of a process that appends the second batch. */
let writes: readonly Call[];

beforeAll(async () => {
  services = await startLocalServices();
  const output = new BatchedOutput(services, 'order');
  await writesOf(services, output, 0);
  writes = await writesOf(services, output, 1);
});
afterAll(() => services.close());

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

/** The short form of `npm run test:append`, which takes every write of every batch. */
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
    await crashOnce(services, { batch: 1, write, moment }, 'none');
  });

  it.each([
    ['when its plan is ready', 'plan-000002.jsonl', 1],
    ['before it has claimed its generation', 'run-000002.json', 2],
    ['before it replaces the latest manifest', '/manifest.json', 1],
  ])('wins or is told when another one runs from beginning to end %s', async (_, name, winner) => {
    const write = writes.findIndex(({ subject }) => subject.endsWith(name));
    expect(await raceOnce(services, write, 'none')).toBe(winner);
  });
});
