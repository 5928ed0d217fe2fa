import { describe, expect, test } from 'vitest';
import { parseItems } from '#local/stepfunctions/item-reader.ts';
import { Harness, map, PASS, task } from './harness.ts';

const ITEM = '{% $states.context.Map.Item.Value %}';

const reader = (config: object) => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: config,
    Arguments: { Bucket: 'in', Key: '{% $states.input.key %}' },
  },
});

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Fails for the items given. */
const failing = (...bad: number[]) => ({
  work: (item: number) => {
    if (bad.includes(item)) throw new Error(`item ${item}`);
    return item * 10;
  },
});

describe('items', () => {
  test('come from the input, or from Items', async () => {
    const harness = await Harness.open();
    expect((await harness.run({ A: map(PASS) }, [1, 2])).output).toEqual([1, 2]);
    const states = { A: map(PASS, { Items: '{% $states.input.xs %}' }) };
    expect((await harness.run(states, { xs: [3] })).output).toEqual([3]);
    expect((await harness.run(states, { xs: [] })).output).toEqual([]);
  });

  test('fails when Items is no array', async () => {
    const harness = await Harness.open();
    const { record, types } = await harness.run({ A: map(PASS, { Items: '{% 1 %}' }) });
    expect(record.error).toBe('States.QueryEvaluationError');
    expect(types.slice(1)).toEqual([
      'MapStateEntered',
      'EvaluationFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  });

  test('come from a JSON Lines object, in order, with blank lines left out', async () => {
    const lines = numbers(2000).map((n) => `{"n":${n}}`);
    const objects = { 'in/k': `\n${lines.join('\n')}\n\n` };
    const harness = await Harness.open({ objects });
    const child = { ...PASS, Output: '{% $states.input.n %}' };
    const { output } = await harness.run(
      { A: map(child, reader({ InputType: 'JSONL' })) },
      { key: 'k' },
    );
    expect(output).toEqual(numbers(2000));
  });

  test('come from where the pointer points in a JSON object, as many as MaxItems', async () => {
    const harness = await Harness.open({ objects: { 'in/k': '{"a/b":{"xs":[1,2,3]}}' } });
    const config = { InputType: 'JSON', ItemsPointer: '/a~1b/xs', MaxItems: 2 };
    const { output } = await harness.run({ A: map(PASS, reader(config)) }, { key: 'k' });
    expect(output).toEqual([1, 2]);
  });

  test.each([
    ['an object that is missing', 'JSON', 'NoSuchKey', undefined],
    ['JSON that is no array', 'JSON', 'Attempting to map over non-iterable node.', '{}'],
    ['JSON that does not parse', 'JSON', 'Unable to parse', '[1'],
    ['a line that does not parse', 'JSONL', 'Unable to parse', '1\n{'],
    [
      'an item of more than 8 MB',
      'JSONL',
      'larger than 8388608 bytes',
      `"${'x'.repeat(2 ** 23)}"\n`,
    ],
  ])('fails for %s', async (_, InputType, cause, body) => {
    const harness = await Harness.open({ objects: body === undefined ? {} : { 'in/k': body } });
    const { record, types } = await harness.run(
      { A: map(PASS, reader({ InputType })) },
      { key: 'k' },
    );
    expect(record.error).toBe('States.ItemReaderFailed');
    expect(record.cause).toContain(cause);
    expect(types.slice(-3)).toEqual(['MapRunFailed', 'MapStateFailed', 'ExecutionFailed']);
  });

  test('fails for an object that breaks off', async () => {
    const body = (async function* () {
      yield Buffer.from('{"n":1}\n');
      throw new Error('aborted');
    })();
    const items = Array.fromAsync(parseItems(body, { inputType: 'JSONL' }));
    await expect(items).rejects.toMatchObject({ error: 'States.ItemReaderFailed' });
  });

  test('fails for an object of more than 10 GB', async () => {
    const piece = Buffer.alloc(2 ** 29);
    const body = (async function* () {
      for (;;) yield piece;
    })();
    const countOnly = { inputType: 'JSON' as const };
    // The array reader keeps pieces by reference, so the ten gigabytes are one buffer.
    const first = parseItems(body, countOnly)[Symbol.asyncIterator]().next();
    await expect(first).rejects.toMatchObject({ error: 'States.ItemReaderFailed' });
  });

  test('are selected with their place, and children see no variables of the parent', async () => {
    const harness = await Harness.open();
    const ItemSelector = { item: '{% $states.context.Map.Item %}', outer: '{% $v %}' };
    const start = { Type: 'Pass', Assign: { v: 'seen' }, Next: 'A' };
    const { output } = await harness.run({ S: start, A: map(PASS, { ItemSelector }) }, ['x']);
    expect(output).toEqual([
      { item: { Index: 0, Value: 'x', Source: 'STATE_DATA' }, outer: 'seen' },
    ]);
    const child = { ...PASS, Output: '{% $v %}' };
    const { record } = await harness.run({ S: start, A: map(child) }, ['x']);
    expect(record.error).toBe('States.ExceedToleratedFailureThreshold');
  });

  test('fails when one passes 256 KiB on its way to a child', async () => {
    const harness = await Harness.open({ objects: { 'in/k': `"${'x'.repeat(262_144)}"` } });
    const { record } = await harness.run(
      { A: map(PASS, reader({ InputType: 'JSONL' })) },
      { key: 'k' },
    );
    expect(record.error).toBe('States.DataLimitExceeded');
  });
});

describe('ItemBatcher', () => {
  const batched = (batcher: object) => ({ A: map(PASS, { ItemBatcher: batcher }) });

  test('closes a batch by count, and hands each the BatchInput', async () => {
    const { output } = await (await Harness.open()).run(
      batched({
        MaxItemsPerBatch: '{% 2 %}',
        BatchInput: { total: '{% $count($states.input) %}' },
      }),
      [1, 2, 3],
    );
    expect(output).toEqual([
      { BatchInput: { total: 3 }, Items: [1, 2] },
      { BatchInput: { total: 3 }, Items: [3] },
    ]);
  });

  test('closes a batch by bytes of the whole input', async () => {
    const limit = Buffer.byteLength('{"Items":["aaa","bbb"]}');
    const harness = await Harness.open();
    const { output } = await harness.run(batched({ MaxInputBytesPerBatch: limit }), [
      'aaa',
      'bbb',
      'ccc',
      'ü',
    ]);
    expect(output).toEqual([{ Items: ['aaa', 'bbb'] }, { Items: ['ccc', 'ü'] }]);
    const tight = await harness.run(batched({ MaxInputBytesPerBatch: limit - 1 }), ['aaa', 'bbb']);
    expect(tight.output).toEqual([{ Items: ['aaa'] }, { Items: ['bbb'] }]);
  });

  test('fails for an item that alone passes the bytes', async () => {
    const harness = await Harness.open();
    const { record } = await harness.run(batched({ MaxInputBytesPerBatch: 14 }), ['aaa']);
    expect(record.error).toBe('States.DataLimitExceeded');
  });
});

describe('children', () => {
  test('run as many at once as MaxConcurrency says, and are read no faster', async () => {
    let running = 0;
    let most = 0;
    const busy = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };
    const harness = await Harness.open({ functions: { busy } });
    const { record } = await harness.run(
      { A: map(task('busy'), { MaxConcurrency: '{% 7 %}' }) },
      numbers(50),
    );
    expect(record.status).toBe('SUCCEEDED');
    expect(most).toBe(7);
  });

  test('retry and catch by themselves', async () => {
    let left = 3;
    const flaky = () => {
      left -= 1;
      if (left > 0) throw new Error('again');
      return 'done';
    };
    const harness = await Harness.open({ functions: { flaky } });
    const child = task('flaky', { Retry: [{ ErrorEquals: ['Error'] }] });
    expect((await harness.run({ A: map(child) }, [1])).output).toEqual(['done']);
  });

  test('are Express when asked to, and time out after five minutes', async () => {
    const harness = await Harness.open();
    const definition = map({ Type: 'Wait', Seconds: 301, End: true });
    definition.ItemProcessor.ProcessorConfig.ExecutionType = 'EXPRESS';
    const { record } = await harness.run({ A: definition }, [1]);
    const [run] = harness.engine.store.mapRuns;
    expect(run?.executionCounts).toMatchObject({ timedOut: 1, total: 1 });
    expect(record.error).toBe('States.ExceedToleratedFailureThreshold');
    for await (const child of harness.engine.store.childrenOf(run?.mapRunArn ?? '')) {
      expect(child.executionArn).toMatch(/:express:tested\/Mapped:[\w-]+:[\w-]+$/);
    }
  });

  test('end as ABORTED when the parent is stopped', async () => {
    const harness = await Harness.open({ functions: { slow: () => new Promise(() => undefined) } });
    harness.create({ A: map(task('slow'), { MaxConcurrency: 2 }) });
    const { executionArn } = await harness.engine.startExecution({
      stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:tested',
      input: '[1,2,3]',
    });
    await expect.poll(() => [...harness.engine.store.mapRuns][0]?.executionCounts.running).toBe(2);
    await harness.engine.stopExecution(executionArn);
    const { types } = await harness.end(executionArn);
    expect(types.slice(-3)).toEqual(['MapRunAborted', 'MapStateAborted', 'ExecutionAborted']);
    const [run] = harness.engine.store.mapRuns;
    expect(run).toMatchObject({ status: 'ABORTED', executionCounts: { aborted: 2, running: 0 } });
  });
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
