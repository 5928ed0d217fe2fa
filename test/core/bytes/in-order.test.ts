import { expect, test } from 'vitest';
import { inOrder, inOrderWithin, type SizedTask } from '#core/bytes/in-order.ts';

/** Tasks that end when the test says so, and how many of them are under way. */
function controlledTasks(count: number) {
  const ends = Array.from({ length: count }, () => Promise.withResolvers<void>());
  const state = { started: 0, ended: 0 };
  const tasks = ends.map(({ promise }, i) => async () => {
    state.started++;
    await promise.finally(() => state.ended++);
    return i;
  });
  return { ends, state, tasks };
}

test('yields results in the order of the tasks and starts no more tasks than allowed', async () => {
  const { ends, state, tasks } = controlledTasks(4);
  const results = inOrder(tasks, 2);
  const first = results.next();
  expect(state.started).toBe(2);
  ends[1]!.resolve();
  ends[0]!.resolve();
  expect(await first).toEqual({ done: false, value: 0 });
  expect(state.started).toBe(2);
  ends[2]!.resolve();
  ends[3]!.resolve();
  expect(await Array.fromAsync(results)).toEqual([1, 2, 3]);
});

test('runs one task after the other when only one at a time is allowed', async () => {
  const { ends, state, tasks } = controlledTasks(2);
  for (const { resolve } of ends) resolve();
  const results = inOrder(tasks, 1);
  await results.next();
  expect(state.started).toBe(1);
  await results.next();
  expect(await results.next()).toEqual({ done: true, value: undefined });
});

test('fails when the turn of a failed task comes, and waits for the tasks under way', async () => {
  const { ends, state, tasks } = controlledTasks(3);
  const results = inOrder(tasks, 3);
  const first = results.next();
  ends[1]!.reject(new Error('second'));
  ends[0]!.resolve();
  expect((await first).value).toBe(0);
  const second = results.next();
  ends[2]!.resolve();
  await expect(second).rejects.toThrow('second');
  expect(state.ended).toBe(3);
});

test('waits for the tasks under way when the consumer stops early', async () => {
  const { ends, state, tasks } = controlledTasks(3);
  ends[0]!.resolve();
  setTimeout(() => {
    ends[1]!.resolve();
    ends[2]!.resolve();
  }, 5);
  for await (const _ of inOrder(tasks, 3)) break;
  expect(state.ended).toBe(3);
});

/** `controlledTasks` whose results have these bytes, as they come one by one. */
async function* sized(
  tasks: readonly (() => Promise<number>)[],
  bytes: readonly number[],
): AsyncGenerator<SizedTask<number>> {
  for (const [i, run] of tasks.entries()) yield { bytes: bytes[i]!, run };
}

/** Lets everything happen that waits for no task. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('starts as many tasks as fit, and the next ones when the consumer takes results', async () => {
  const { ends, state, tasks } = controlledTasks(5);
  const results = inOrderWithin(sized(tasks, [2, 2, 1, 4, 1]), { atOnce: 9, maxBytes: 5 });
  const first = results.next();
  await settled();
  expect(state.started).toBe(3);
  for (const { resolve } of ends) resolve();
  expect((await first).value).toBe(0);
  const second = results.next();
  await settled();
  expect(state.started).toBe(3);
  expect((await second).value).toBe(1);
  await results.next();
  expect(await Array.fromAsync(results)).toEqual([3, 4]);
});

test('starts no more tasks than allowed, however small they are', async () => {
  const { ends, state, tasks } = controlledTasks(4);
  for (const { resolve } of ends) resolve();
  const results = inOrderWithin(sized(tasks, [0, 0, 0, 0]), { atOnce: 2, maxBytes: 5 });
  await results.next();
  await settled();
  expect(state.started).toBe(2);
  expect(await Array.fromAsync(results)).toEqual([1, 2, 3]);
});

test('runs a task that is larger than the bound alone, after all results before it were taken', async () => {
  const { ends, state, tasks } = controlledTasks(3);
  for (const { resolve } of ends) resolve();
  const results = inOrderWithin(sized(tasks, [1, 100, 1]), { atOnce: 9, maxBytes: 5 });
  await results.next();
  expect(state.started).toBe(1);
  await results.next();
  await settled();
  expect(state.started).toBe(2);
  expect(await Array.fromAsync(results)).toEqual([2]);
});

test('fails in the turn of a failed sized task, and waits for the tasks under way', async () => {
  const { ends, state, tasks } = controlledTasks(3);
  const results = inOrderWithin(sized(tasks, [1, 1, 1]), { atOnce: 9, maxBytes: 9 });
  ends[0]!.resolve();
  ends[1]!.reject(new Error('second'));
  expect((await results.next()).value).toBe(0);
  const second = results.next();
  ends[2]!.resolve();
  await expect(second).rejects.toThrow('second');
  expect(state.ended).toBe(3);
});
