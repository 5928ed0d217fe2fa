import { describe, expect, test } from 'vitest';
import { Harness, map, PASS, task } from './harness.ts';

const ITEM = '{% $states.context.Map.Item.Value %}';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Fails for the items given. */
const failing = (...bad: number[]) => ({
  work: (item: number) => {
    if (bad.includes(item)) throw new Error(`item ${item}`);
    return item * 10;
  },
});

describe('tolerated failures', () => {
  const tolerating = (fields: object) => ({
    A: map(task('work'), { MaxConcurrency: 1, ...fields }),
  });

  test('fails at the first one without a tolerance', async () => {
    const harness = await Harness.open({ functions: failing(1) });
    const { record, types } = await harness.run(tolerating({}), numbers(4));
    expect(record).toMatchObject({
      error: 'States.ExceedToleratedFailureThreshold',
      cause: 'The specified tolerated failure threshold was exceeded',
    });
    expect(types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
    const [run] = harness.engine.store.mapRuns;
    expect(run?.itemCounts).toMatchObject({ succeeded: 1, failed: 1, pending: 2, total: 4 });
  });

  test('fails above the count, not at it, and describes what failed in the output', async () => {
    const harness = await Harness.open({ functions: failing(1, 2) });
    const two = await harness.run(tolerating({ ToleratedFailureCount: 2 }), numbers(4));
    expect(two.output).toMatchObject([
      0,
      { Status: 'FAILED', Error: 'Error', Input: '1' },
      { Status: 'FAILED', Error: 'Error', Input: '2' },
      30,
    ]);
    const one = await harness.run(tolerating({ ToleratedFailureCount: '{% 1 %}' }), numbers(4));
    expect(one.record.error).toBe('States.ExceedToleratedFailureThreshold');
  });

  test('fails above the percentage of all items, judged when they are all known', async () => {
    const harness = await Harness.open({ functions: failing(0, 1) });
    const fifty = await harness.run(tolerating({ ToleratedFailurePercentage: 50 }), numbers(4));
    expect(fifty.record.status).toBe('SUCCEEDED');
    const less = await harness.run(tolerating({ ToleratedFailurePercentage: 49.9 }), numbers(4));
    expect(less.record.error).toBe('States.ExceedToleratedFailureThreshold');
  });

  test('are counted in items, not in batches', async () => {
    const work = ({ Items }: { Items: number[] }) => {
      if (Items.includes(0)) throw new Error('x');
    };
    const harness = await Harness.open({ functions: { work } });
    const ItemBatcher = { MaxItemsPerBatch: 3 };
    const states = tolerating({ ItemBatcher, ToleratedFailureCount: 2 });
    expect((await harness.run(states, numbers(6))).record.status).toBe('FAILED');
  });

  test('can be caught, and retried with a new map run', async () => {
    const harness = await Harness.open({ functions: failing(1) });
    const names = { ErrorEquals: ['States.ExceedToleratedFailureThreshold'] };
    const Retry = [{ ...names, MaxAttempts: 1 }];
    const Catch = [{ ...names, Next: 'Caught', Output: '{% $states.errorOutput.Error %}' }];
    const states = { ...tolerating({ Retry, Catch }), Caught: PASS };
    const { output, types } = await harness.run(states, [1]);
    expect(output).toBe('States.ExceedToleratedFailureThreshold');
    expect(types.filter((type) => type === 'MapRunStarted')).toHaveLength(2);
    expect(types).toContain('MapStateExited');
  });
});

test('fails, uncaught, when the collected output passes 256 KiB', async () => {
  const harness = await Harness.open({ functions: { work: () => 'x'.repeat(100_000) } });
  const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }];
  const { record } = await harness.run(
    { A: map(task('work'), { Catch }), Caught: PASS },
    [1, 2, 3],
  );
  expect(record).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
});

test('a map inside a map has runs of its own', async () => {
  const harness = await Harness.open();
  const inner = map(PASS, { ItemSelector: { inner: ITEM } });
  const { output } = await harness.run({ A: map(inner) }, [[1], [2, 3]]);
  expect(output).toEqual([[{ inner: 1 }], [{ inner: 2 }, { inner: 3 }]]);
  expect([...harness.engine.store.mapRuns]).toHaveLength(3);
});
