import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Harness, map, PASS, task, temporaryDirectory } from './harness.ts';

test('goes on in the failed state, with its input and variables', async () => {
  let isBroken = true;
  const calls: unknown[] = [];
  const functions = {
    step: (event: unknown) => {
      calls.push(event);
      return { stepped: true };
    },
    flaky: (event: unknown) => {
      if (isBroken) throw new Error('broken');
      return event;
    },
  };
  const harness = await Harness.open({ functions });
  const { record: failed } = await harness.run({
    A: task('step', { Assign: { v: 1 }, End: undefined, Next: 'B' }),
    B: task('flaky', { Output: ['{% $states.result.Payload %}', '{% $v %}'] }),
  });
  expect(failed.status).toBe('FAILED');
  isBroken = false;
  const { record, output, types } = await harness.redrive(failed.executionArn);
  expect(output).toEqual([{ stepped: true }, 1]);
  expect(record).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
  expect(record).not.toHaveProperty('error');
  expect(calls).toHaveLength(1);
  expect(types.slice(types.indexOf('ExecutionRedriven'))).toEqual([
    'ExecutionRedriven',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

test('runs only the children of a map that did not succeed, from the state they failed in', async () => {
  const bad = new Set([1, 3]);
  const first: number[] = [];
  const second: number[] = [];
  const functions = {
    first: (item: number) => {
      first.push(item);
      return item;
    },
    second: (item: number) => {
      second.push(item);
      if (bad.has(item)) throw new Error('bad');
      return item * 10;
    },
  };
  const harness = await Harness.open({ functions, objects: { 'in/k': '0\n1\n2\n3\n4' } });
  const definition = map(PASS, {
    MaxConcurrency: 1,
    ItemReader: {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'JSONL' },
      Arguments: { Bucket: 'in', Key: 'k' },
    },
    ToleratedFailureCount: 1,
  });
  const States = { Child: task('first', { End: undefined, Next: 'Then' }), Then: task('second') };
  const ItemProcessor = { ...definition.ItemProcessor, States };
  const { record } = await harness.run({ A: { ...definition, ItemProcessor } });
  expect(record.status).toBe('FAILED');
  expect(second).toEqual([0, 1, 2, 3]);
  bad.clear();
  const redriven = await harness.redrive(record.executionArn);
  expect(redriven.output).toEqual([0, 10, 20, 30, 40]);
  expect(first).toEqual([0, 1, 2, 3, 4]);
  expect(second).toEqual([0, 1, 2, 3, 1, 3, 4]);
  expect(redriven.types).toContain('MapRunRedriven');
  expect(redriven.types.filter((type) => type === 'MapStateEntered')).toHaveLength(1);
  expect([...harness.engine.store.mapRuns]).toMatchObject([
    { status: 'SUCCEEDED', redriveCount: 1, itemCounts: { succeeded: 5, failed: 0, total: 5 } },
  ]);
});

test('counts each redrive, of the execution and of the children that started', async () => {
  let isBroken = true;
  const work = (item: number) => {
    if (item === 0 && isBroken) throw new Error('bad');
    return item;
  };
  const harness = await Harness.open({ functions: { work } });
  const { record } = await harness.run({ A: map(task('work'), { MaxConcurrency: 1 }) }, [0, 1]);
  const [mapRun] = harness.engine.store.mapRuns;
  const childrenOf = async () =>
    (await Array.fromAsync(harness.engine.store.childrenOf(mapRun?.mapRunArn ?? ''))).map(
      ({ index, status, redriveCount, startDate }) => [index, status, redriveCount, !!startDate],
    );
  expect(await childrenOf()).toEqual([
    [0, 'FAILED', 0, true],
    [1, 'PENDING', 0, false],
  ]);
  await harness.redrive(record.executionArn);
  isBroken = false;
  const last = await harness.redrive(record.executionArn);
  expect(last.record).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2 });
  expect(await childrenOf()).toEqual([
    [0, 'SUCCEEDED', 2, true],
    [1, 'SUCCEEDED', 0, true],
  ]);
});

test('fails for an execution that succeeded, and for one that runs', async () => {
  const harness = await Harness.open();
  const { record } = await harness.run({ A: PASS });
  await expect(harness.engine.redriveExecution(record.executionArn)).rejects.toMatchObject({
    type: 'ExecutionNotRedrivable',
    message: 'Execution is SUCCEEDED and cannot be redriven',
  });
});

test('shows what a crash interrupted as ABORTED, and redrives it', async () => {
  const directory = await temporaryDirectory();
  let isStuck = true;
  const work = (item: number) => (isStuck && item === 2 ? new Promise(() => undefined) : item);
  const functions = { work };
  const crashed = await Harness.open({ functions, directory });
  const states = { A: map(task('work'), { MaxConcurrency: 1 }) };
  crashed.create(states);
  const { executionArn } = await crashed.engine.startExecution({
    stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:tested',
    input: '[1,2,3]',
  });
  await expect.poll(() => [...crashed.engine.store.mapRuns][0]?.executionCounts.succeeded).toBe(1);
  const [{ mapRunArn } = { mapRunArn: '' }] = crashed.engine.store.mapRuns;
  const id = encodeURIComponent(mapRunArn.split(':').slice(6).join(':'));
  const lines = join(directory, 'map-runs', id, 'lines.jsonl');
  await expect.poll(() => readFile(lines, 'utf8')).toContain('SUCCEEDED');
  await writeFile(lines, `${await readFile(lines, 'utf8')}{"index":1,"cut`);

  isStuck = false;
  const restarted = await Harness.open({ functions, directory });
  restarted.create(states);
  const shown = await restarted.end(executionArn);
  const cause = 'the local cloud ended while this execution was under way';
  expect(shown.record).toMatchObject({ status: 'ABORTED', stopDate: expect.any(Number), cause });
  expect(shown.types.at(-1)).toBe('ExecutionAborted');
  expect(restarted.changes).toMatchObject([{ executionArn, status: 'ABORTED' }]);
  expect(restarted.engine.store.mapRun(mapRunArn)?.status).toBe('ABORTED');
  const { output } = await restarted.redrive(executionArn);
  expect(output).toEqual([1, 2, 3]);
});

test('lists after a restart what had ended before, unchanged', async () => {
  const directory = await temporaryDirectory();
  const before = await Harness.open({ directory });
  const { record, events } = await before.run({ A: map(PASS) }, [1]);
  const after = await Harness.open({ directory });
  expect([...after.engine.store.executions]).toEqual([record]);
  expect([...after.engine.store.mapRuns]).toEqual([...before.engine.store.mapRuns]);
  expect((await after.end(record.executionArn)).events).toEqual(events);
});
