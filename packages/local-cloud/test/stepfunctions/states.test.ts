import { describe, expect, test } from 'vitest';
import { Harness, PASS, task } from './harness.ts';

const output = (template: unknown) => ({ ...PASS, Output: template });

describe('Pass', () => {
  test('hands its input on, or its Output', async () => {
    const harness = await Harness.open();
    expect((await harness.run({ A: PASS }, { a: 1 })).output).toEqual({ a: 1 });
    const filled = output({ sum: '{% $sum($states.input.xs) %}', literal: 'x {% 1 %}' });
    expect((await harness.run({ A: filled }, { xs: [1, 2] })).output).toEqual({
      sum: 3,
      literal: 'x {% 1 %}',
    });
  });

  test('assigns variables that later states see, evaluated before any of them changes', async () => {
    const harness = await Harness.open();
    const { output: got } = await harness.run({
      A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
      B: { Type: 'Pass', Assign: { x: '{% $x + 1 %}', y: '{% $x %}' }, Next: 'C' },
      C: output({ x: '{% $x %}', y: '{% $y %}' }),
    });
    expect(got).toEqual({ x: 2, y: 1 });
  });

  test('shows the context object', async () => {
    const harness = await Harness.open();
    const { output: got, record } = await harness.run({ A: output('{% $states.context %}') }, [1]);
    expect(got).toEqual({
      Execution: {
        Id: record.executionArn,
        Input: [1],
        Name: record.name,
        RoleArn: 'arn:aws:iam::111111111111:role/tested',
        StartTime: '2026-01-01T00:00:00.000Z',
        RedriveCount: 0,
      },
      StateMachine: { Id: record.stateMachineArn, Name: 'tested' },
      State: { Name: 'A', EnteredTime: '2026-01-01T00:00:00.000Z' },
    });
  });
});

describe('Choice', () => {
  const choose = (condition: unknown, fields: object = {}) => ({
    A: { Type: 'Choice', Choices: [{ Condition: condition, Next: 'Yes' }], ...fields },
    Yes: output('yes'),
    No: output('no'),
  });

  test('takes the rule that holds, else the default', async () => {
    const harness = await Harness.open();
    const states = choose('{% $states.input > 1 %}', { Default: 'No' });
    expect((await harness.run(states, 2)).output).toBe('yes');
    expect((await harness.run(states, 1)).output).toBe('no');
  });

  test('fails when no rule holds and there is no default', async () => {
    const { record } = await (await Harness.open()).run(choose(false));
    expect(record).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  test('fails when a condition is no boolean', async () => {
    const { record, types } = await (await Harness.open()).run(choose('{% 1 %}'));
    expect(record.error).toBe('States.QueryEvaluationError');
    expect(record.cause).toContain(
      "specified for the field 'Choices[0]/Condition' returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
    );
    expect(types.slice(-2)).toEqual(['EvaluationFailed', 'ExecutionFailed']);
  });
});

describe('Wait', () => {
  test('waits for seconds', async () => {
    const harness = await Harness.open();
    const { record } = await harness.run(
      {
        A: { Type: 'Wait', Seconds: '{% $states.input %}', End: true },
      },
      7,
    );
    expect(Number(record.stopDate) - record.startDate).toBe(7000);
  });

  test('waits until a time, and not at all for one that has passed', async () => {
    const harness = await Harness.open();
    const until = (time: string) => ({ A: { Type: 'Wait', Timestamp: time, End: true } });
    const later = await harness.run(until('2026-01-01T01:00:00+00:30'));
    expect(later.record.stopDate).toBe(Date.UTC(2026, 0, 1, 0, 30));
    const before = await harness.run(until('2016-01-01T00:00:00Z'));
    expect(before.record.stopDate).toBe(before.record.startDate);
  });

  test('fails for seconds below zero', async () => {
    const harness = await Harness.open();
    const states = { A: { Type: 'Wait', Seconds: '{% -1 %}', End: true } };
    expect((await harness.run(states)).record.error).toBe('States.QueryEvaluationError');
  });
});

describe('Succeed and Fail', () => {
  test('Succeed ends with its Output', async () => {
    const harness = await Harness.open();
    const { output: got, types } = await harness.run({ A: { Type: 'Succeed', Output: 'done' } });
    expect(got).toBe('done');
    expect(types).toEqual([
      'ExecutionStarted',
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ]);
  });

  test('fails with the Error and Cause of a Fail state', async () => {
    const harness = await Harness.open();
    const states = { A: { Type: 'Fail', Error: '{% $states.input %}', Cause: 'because' } };
    const { record } = await harness.run(states, 'Mine');
    expect(record).toMatchObject({ status: 'FAILED', error: 'Mine', cause: 'because' });
  });
});

describe('the machine', () => {
  test('times out', async () => {
    const harness = await Harness.open();
    const states = { A: { Type: 'Wait', Seconds: 60, End: true } };
    const { record, types } = await harness.run(states, {}, { TimeoutSeconds: 5 });
    expect(record.status).toBe('TIMED_OUT');
    expect(Number(record.stopDate) - record.startDate).toBe(5000);
    expect(types.at(-1)).toBe('ExecutionTimedOut');
  });

  test('fails at 25,000 events with States.Runtime', async () => {
    const harness = await Harness.open();
    const states = { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } };
    const { record, types } = await harness.run(states);
    expect(record).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
    });
    expect(types).toHaveLength(25_000);
    expect(types.at(-1)).toBe('ExecutionFailed');
  });

  test('reports its start and end in the words of EventBridge', async () => {
    const harness = await Harness.open();
    const { record } = await harness.run({ A: output('x') }, { a: 1 });
    expect(harness.changes).toMatchObject([
      { status: 'RUNNING', input: '{"a":1}', output: null, stopDate: null },
      { status: 'SUCCEEDED', executionArn: record.executionArn, output: '"x"' },
    ]);
  });

  test('stops at once when it is asked to', async () => {
    const harness = await Harness.open({ functions: { slow: () => new Promise(() => undefined) } });
    harness.create({ A: task('slow') });
    const { executionArn } = await harness.engine.startExecution({
      stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:tested',
    });
    await harness.engine.stopExecution(executionArn, 'Mine', 'because');
    const { record, types } = await harness.end(executionArn);
    expect(record).toMatchObject({ status: 'ABORTED', error: 'Mine', cause: 'because' });
    expect(types.at(-1)).toBe('ExecutionAborted');
  });
});
