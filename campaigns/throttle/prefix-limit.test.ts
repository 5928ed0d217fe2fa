import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SDK_TRIES } from '#core/contract.ts';
import { type Load, simulatePrefix } from './prefix-limit.ts';
import { renderedRetry } from './writer-retry.ts';

const retry = renderedRetry();

beforeEach(() =>
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], loopLimit: 10_000_000 }),
);
afterEach(() => vi.useRealTimers());

async function simulate(load: Load) {
  let isDone = false;
  const outcome = simulatePrefix(retry, load).finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await vi.runAllTimersAsync();
    // The client reads its settings before the first timer starts.
    await new Promise(setImmediate);
  }
  return await outcome;
}

test.each([
  [1_000, 20],
  [3_000, 5],
])('%i writers of small chunks complete on one prefix', async (writers, chunksPerWriter) => {
  const { refusals, failedChunks } = await simulate({ writers, chunksPerWriter, tries: SDK_TRIES });
  expect(refusals).toBeGreaterThan(writers);
  expect(failedChunks).toBe(0);
});

test('1,000 of them lose no try of a chunk, with three tries a request they do', async () => {
  const load = { writers: 1_000, chunksPerWriter: 20 };
  expect(await simulate({ ...load, tries: SDK_TRIES })).toMatchObject({ lostTries: 0 });
  expect((await simulate({ ...load, tries: 3 })).lostTries).toBeGreaterThan(0);
});
