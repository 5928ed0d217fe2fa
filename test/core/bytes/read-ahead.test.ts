import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { withReadAhead } from '#core/bytes/read-ahead.ts';

/** Items 0, 1, 2, … that take a turn each; `log` has what happens, in order. */
async function* produce(count: number, log: string[], failAt = -1): AsyncGenerator<number> {
  try {
    for (let i = 0; i < count; i++) {
      log.push(`start ${i}`);
      await setImmediate();
      if (i === failAt) throw new Error(`item ${i} failed`);
      log.push(`end ${i}`);
      yield i;
    }
  } finally {
    log.push('closed');
  }
}

it('fetches exactly one item ahead, in order', async () => {
  const log: string[] = [];
  for await (const item of withReadAhead(produce(3, log))) {
    await setImmediate();
    await setImmediate();
    log.push(`use ${item}`);
  }
  expect(log).toEqual([
    ...['start 0', 'end 0', 'start 1', 'end 1', 'use 0'],
    ...['start 2', 'end 2', 'use 1', 'closed', 'use 2'],
  ]);
});

it('fails in the turn of the item that failed, not before', async () => {
  const used: number[] = [];
  const consume = async () => {
    for await (const item of withReadAhead(produce(3, [], 1))) {
      await setImmediate();
      await setImmediate();
      used.push(item);
    }
  };
  await expect(consume()).rejects.toThrow('item 1 failed');
  expect(used).toEqual([0]);
});

it('waits for the item under way and closes when the consumer stops early', async () => {
  const log: string[] = [];
  for await (const _ of withReadAhead(produce(3, log))) break;
  expect(log).toEqual(['start 0', 'end 0', 'start 1', 'end 1', 'closed']);
});

it('ignores the failure of an item that is never used', async () => {
  const unhandled: unknown[] = [];
  const listen = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  const log: string[] = [];
  for await (const _ of withReadAhead(produce(3, log, 1))) break;
  await setImmediate();
  process.off('unhandledRejection', listen);
  expect(unhandled).toEqual([]);
  expect(log).toEqual(['start 0', 'end 0', 'start 1', 'closed']);
});
