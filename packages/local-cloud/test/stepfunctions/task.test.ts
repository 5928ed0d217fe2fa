import { describe, expect, test } from 'vitest';
import { AccessDenied } from '#local/authorization.ts';
import { Harness, LambdaRefusal, PASS, task } from './harness.ts';

class MyError extends Error {
  override readonly name = 'MyError';
}

const fail = () => {
  throw new MyError('broken');
};

describe('a task', () => {
  test('gives the optimized result of lambda:invoke', async () => {
    const harness = await Harness.open({ functions: { echo: (event) => event } });
    const { output } = await harness.run({ A: task('echo', { Output: undefined }) }, { a: 1 });
    expect(output).toMatchObject({
      ExecutedVersion: '$LATEST',
      Payload: { a: 1 },
      SdkHttpMetadata: { HttpStatusCode: 200 },
      SdkResponseMetadata: {},
      StatusCode: 200,
    });
  });

  test.each([
    [null, {}],
    ['{"raw": 1}', { raw: 1 }],
    [[1], [1]],
  ])('sends the payload %j as %j', async (payload, event) => {
    const harness = await Harness.open({ functions: { echo: (got) => got } });
    expect((await harness.run({ A: task('echo') }, payload)).output).toEqual(event);
  });

  test('fails with the name that the function threw, and its answer as the cause', async () => {
    const { record, types } = await (await Harness.open({ functions: { fail } })).run({
      A: task('fail'),
    });
    expect(record.error).toBe('MyError');
    expect(JSON.parse(record.cause ?? '')).toEqual({
      errorType: 'MyError',
      errorMessage: 'broken',
    });
    expect(types.slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
  });

  test.each([
    [new LambdaRefusal('TooManyRequestsException', 'Rate'), 'Lambda.TooManyRequestsException'],
    [new LambdaRefusal('ServiceException', 'x'), 'Lambda.ServiceException'],
    [new LambdaRefusal('ResourceNotFoundException', 'x'), 'Lambda.ResourceNotFoundException'],
    [new LambdaRefusal('AccessDeniedException', 'role x'), 'Lambda.AWSLambdaException'],
    [new LambdaRefusal('TimeoutError', 'x'), 'Lambda.SdkClientException'],
  ])('fails as %s becomes %s', async (refusal, error) => {
    const refuse = () => {
      throw refusal;
    };
    const { record } = await (await Harness.open({ functions: { refuse } })).run({
      A: task('refuse'),
    });
    expect(record).toMatchObject({ status: 'FAILED', error, cause: refusal.message });
  });

  test('fails with States.Timeout, without a cause, when the function takes too long', async () => {
    const harness = await Harness.open({ functions: { slow: () => new Promise(() => undefined) } });
    const { record, types } = await harness.run({ A: task('slow', { TimeoutSeconds: 5 }) });
    expect(record).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(record.cause).toBeUndefined();
    expect(Number(record.stopDate) - record.startDate).toBe(5000);
    expect(types).toContain('TaskTimedOut');
  });

  test('fails when Arguments turn out to have a field that is not implemented', async () => {
    const Arguments = "{% {'FunctionName': 'f', 'Qualifier': '1'} %}";
    const { record } = await (await Harness.open()).run({ A: task('f', { Arguments }) });
    expect(record.error).toBe('States.Runtime');
    expect(record.cause).toContain('Arguments.Qualifier');
  });
});

describe('Retry', () => {
  const retrying = (...retry: object[]) => ({ A: task('fail', { Retry: retry }) });

  test('waits longer each time, up to the limit', async () => {
    const harness = await Harness.open({ functions: { fail } });
    const retrier = {
      ErrorEquals: ['MyError'],
      MaxAttempts: 5,
      IntervalSeconds: 2,
      MaxDelaySeconds: 20,
    };
    const { types } = await harness.run(retrying({ ...retrier, BackoffRate: 3 }));
    expect(harness.clock.sleeps).toEqual([2000, 6000, 18_000, 20_000, 20_000]);
    expect(types.filter((type) => type === 'TaskScheduled')).toHaveLength(6);
    expect(types.filter((type) => type === 'TaskStateEntered')).toHaveLength(1);
  });

  test('has the defaults of AWS: three times, from one second, doubling', async () => {
    const harness = await Harness.open({ functions: { fail } });
    await harness.run(retrying({ ErrorEquals: ['States.ALL'] }));
    expect(harness.clock.sleeps).toEqual([1000, 2000, 4000]);
  });

  test('draws each delay between nothing and the full one with jitter', async () => {
    const draws = [0, 0.25, 0.5];
    const random = () => draws.shift() ?? 0.999;
    const harness = await Harness.open({ functions: { fail }, random });
    const retrier = { ErrorEquals: ['States.TaskFailed'], MaxAttempts: 3, JitterStrategy: 'FULL' };
    await harness.run(retrying({ ...retrier, IntervalSeconds: 4 }));
    expect(harness.clock.sleeps).toEqual([0, 2000, 8000]);
  });

  test('counts each entry apart, and shows the count', async () => {
    const thrown = ['One', 'Two', 'One', 'Two'];
    const counts: number[] = [];
    const flaky = ({ count }: { count: number }) => {
      counts.push(count);
      const name = thrown.shift();
      if (name) throw Object.assign(new Error('x'), { name });
      return 'done';
    };
    const harness = await Harness.open({ functions: { flaky } });
    const Arguments = {
      FunctionName: 'flaky',
      Payload: { count: '{% $states.context.State.RetryCount %}' },
    };
    const Retry = ['One', 'Two'].map((name) => ({ ErrorEquals: [name], MaxAttempts: 2 }));
    const { output } = await harness.run({ A: task('flaky', { Arguments, Retry }) });
    expect(output).toBe('done');
    expect(counts).toEqual([0, 1, 2, 3, 4]);
    expect(harness.clock.sleeps).toEqual([1000, 1000, 2000, 2000]);
  });

  test('never retries with MaxAttempts 0, nor what it does not name', async () => {
    const harness = await Harness.open({ functions: { fail } });
    await harness.run(retrying({ ErrorEquals: ['MyError'], MaxAttempts: 0 }));
    await harness.run(retrying({ ErrorEquals: ['YourError', 'States.Timeout'] }));
    expect(harness.clock.sleeps).toEqual([]);
  });
});

describe('Catch', () => {
  const caught = (names: string[], fields: object = {}) => ({
    A: task('fail', { Catch: [{ ErrorEquals: names, Next: 'Caught', ...fields }] }),
    Caught: PASS,
  });

  test.each([['MyError'], ['States.TaskFailed'], ['States.ALL']])(
    'takes it by %s',
    async (name) => {
      const { output } = await (await Harness.open({ functions: { fail } })).run(caught([name]));
      expect(output).toMatchObject({ Error: 'MyError', Cause: expect.stringContaining('broken') });
    },
  );

  test('evaluates its own Output and Assign', async () => {
    const harness = await Harness.open({ functions: { fail } });
    const { output } = await harness.run(
      {
        ...caught(['MyError'], {
          Output: '{% $states.errorOutput.Error %}',
          Assign: { from: '{% $states.input.a %}' },
        }),
        Caught: { ...PASS, Output: ['{% $states.input %}', '{% $from %}'] },
      },
      { a: 1 },
    );
    expect(output).toEqual(['MyError', 1]);
  });

  test('takes a failed evaluation, but States.Timeout not by States.TaskFailed', async () => {
    const slow = () => new Promise(() => undefined);
    const harness = await Harness.open({ functions: { slow, fail } });
    const handled = [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }];
    const evaluated = task('fail', { Arguments: { FunctionName: '{% $no %}' }, Catch: handled });
    const { types } = await harness.run({ A: evaluated, Caught: PASS });
    expect(types.slice(2, 5)).toEqual(['EvaluationFailed', 'TaskStateExited', 'PassStateEntered']);
    const late = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }];
    const states = { A: task('slow', { TimeoutSeconds: 1, Catch: late }), Caught: PASS };
    expect((await harness.run(states)).record.error).toBe('States.Timeout');
  });

  test('fails with the error of its own Output, which is recorded as well', async () => {
    const harness = await Harness.open({ functions: { fail } });
    const { record, types } = await harness.run(caught(['MyError'], { Output: '{% $no %}' }));
    expect(record.error).toBe('States.QueryEvaluationError');
    expect(record.cause).toContain("An error occurred while executing the state 'A'");
    expect(types.slice(-2)).toEqual(['EvaluationFailed', 'ExecutionFailed']);
  });

  test('fails all the same with States.Runtime, even by name', async () => {
    const Arguments = "{% {'Payload': 1} %}";
    const Catch = [
      { ErrorEquals: ['States.Runtime'], Next: 'Caught' },
      { ErrorEquals: ['States.ALL'], Next: 'Caught' },
    ];
    const { record } = await (await Harness.open()).run({
      A: task('f', { Arguments, Catch }),
      Caught: PASS,
    });
    expect(record).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('256 KiB', () => {
  const LIMIT = 262_144;
  const catchAll = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }] };

  test('fails a task whose result is larger; States.ALL catches that', async () => {
    const harness = await Harness.open({ functions: { large: () => 'x'.repeat(LIMIT) } });
    const { output } = await harness.run({ A: task('large', catchAll), Caught: PASS });
    expect(output).toEqual({
      Error: 'States.DataLimitExceeded',
      Cause:
        "The state/task 'lambda' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
  });

  test('fails a state whose Output is larger, terminally, and takes one byte less', async () => {
    const harness = await Harness.open({ functions: { echo: (event) => event } });
    const grown = (length: number) => ({
      A: task('echo', { ...catchAll, Output: `{% $pad('', ${length}, 'ü') %}` }),
      Caught: PASS,
    });
    const { record } = await harness.run(grown(LIMIT / 2));
    expect(record).toMatchObject({
      error: 'States.DataLimitExceeded',
      cause:
        "The state/task 'A' returned a result with a size exceeding the maximum number of bytes service limit.",
    });
    expect((await harness.run(grown(LIMIT / 2 - 1))).record.status).toBe('SUCCEEDED');
  });

  test('fails a task whose Arguments are larger, before the function is called', async () => {
    const harness = await Harness.open({ functions: { never: () => expect.unreachable() } });
    const Payload = `{% $pad('', ${LIMIT}) %}`;
    const { record } = await harness.run({
      A: task('never', { Arguments: { FunctionName: 'never', Payload } }),
    });
    expect(record).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('fails a start with a larger input', async () => {
    const harness = await Harness.open();
    await expect(harness.run({ A: PASS }, 'x'.repeat(LIMIT))).rejects.toMatchObject({
      type: 'ValidationException',
    });
  });
});

test('fails by name of role and action when the role may not start children', async () => {
  const authorize = () => {
    throw new AccessDenied('role tested may not states:StartExecution');
  };
  const harness = await Harness.open({ authorize });
  const processor = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } };
  const ItemProcessor = { ...processor, StartAt: 'C', States: { C: PASS } };
  const { record } = await harness.run({ A: { Type: 'Map', ItemProcessor, End: true } }, [1]);
  expect(record).toMatchObject({
    error: 'States.Permissions',
    cause: 'role tested may not states:StartExecution',
  });
});
