import { describe, expect, test } from 'vitest';
import { parseItems } from '#local/stepfunctions/item-reader.ts';
import { Harness, map, PASS } from './harness.ts';

const reader = (config: object) => ({
  ItemReader: {
    Resource: 'arn:aws:states:::s3:getObject',
    ReaderConfig: config,
    Arguments: { Bucket: 'in', Key: '{% $states.input.key %}' },
  },
});

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

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
