import { expect, test } from 'vitest';
import { OutputConflictError } from '#core/errors.ts';
import { memoryStageStore } from '#core/objects/memory-stage-store.ts';

const bytes = (...all: readonly number[]) => [Uint8Array.from(all)];

test('objects are kept once, listed in order and opened by their pins', async () => {
  const store = memoryStageStore('memory/a');
  await store.create('index/b', bytes(1, 2));
  await store.create('index/a', bytes(3));
  await store.create('index/b', bytes(1, 2));
  await expect(store.create('index/b', bytes(9))).rejects.toThrow(OutputConflictError);
  expect(await store.open('index/c')).toBeUndefined();
  const found = await store.list('index/');
  expect([...found.keys()]).toEqual(['index/a', 'index/b']);
  const { pin } = found.get('index/b')!;
  expect(store.holds(pin)).toBe(true);
  expect(memoryStageStore('memory/b').holds(pin)).toBe(false);
  expect(await store.openPinned(pin).read({ offset: 0, length: 2 })).toEqual(Uint8Array.of(1, 2));
});
