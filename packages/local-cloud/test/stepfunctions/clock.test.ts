import { expect, test } from 'vitest';
import { abandonable, systemClock } from '#local/stepfunctions/clock.ts';

const reason = new Error('stopped');

test('sleeps for the time asked', async () => {
  const before = performance.now();
  await systemClock.sleep(20, new AbortController().signal);
  expect(performance.now() - before).toBeGreaterThan(18);
});

test('fails with the reason of the abort, before and during a sleep', async () => {
  await expect(systemClock.sleep(1e12, AbortSignal.abort(reason))).rejects.toBe(reason);
  const stop = new AbortController();
  const sleeping = systemClock.sleep(1e12, stop.signal);
  stop.abort(reason);
  await expect(sleeping).rejects.toBe(reason);
});

test('fails as soon as work is abandoned, and gives its result otherwise', async () => {
  const stop = new AbortController();
  expect(await abandonable(Promise.resolve(1), stop.signal)).toBe(1);
  const abandoned = abandonable(new Promise(() => undefined), stop.signal);
  stop.abort(reason);
  await expect(abandoned).rejects.toBe(reason);
  await expect(abandonable(Promise.resolve(1), stop.signal)).rejects.toBe(reason);
});

test('handles the failure of work that is abandoned before it began to be waited for', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  const work = Promise.reject(new Error('too late'));
  await expect(abandonable(work, AbortSignal.abort(reason))).rejects.toBe(reason);
  await new Promise((resolve) => setTimeout(resolve, 10));
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});
