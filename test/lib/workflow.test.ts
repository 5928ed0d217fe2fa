import { describe, expect, test } from 'vitest';
import {
  ARRIVAL_ERRORS,
  PERMANENT_ERRORS,
  RETRIES,
  TIMEOUT_ERRORS,
  TRANSIENT_ERRORS,
} from '#core/contract.ts';
import { definitionOf, resourcesOf, templateOf } from '#support/synthesize.ts';

const template = templateOf();
const definition = definitionOf(template);

const RETRY = [
  {
    ErrorEquals: [...PERMANENT_ERRORS],
    IntervalSeconds: 1,
    MaxAttempts: 0,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
  {
    ErrorEquals: [
      'Lambda.ServiceException',
      'Lambda.AWSLambdaException',
      'Lambda.SdkClientException',
      'Lambda.ClientExecutionTimeoutException',
    ],
    IntervalSeconds: 2,
    MaxAttempts: 6,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
  {
    ErrorEquals: ['Lambda.TooManyRequestsException'],
    IntervalSeconds: 1,
    MaxAttempts: 8_000,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
  {
    ErrorEquals: [
      'Lambda.Unknown',
      'Sandbox.Timedout',
      'Runtime.ExitError',
      'Runtime.OutOfMemory',
      'States.Timeout',
    ],
    IntervalSeconds: 2,
    MaxAttempts: 2,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
  {
    ErrorEquals: ['TimeoutSoonError'],
    IntervalSeconds: 2,
    MaxAttempts: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
  {
    ErrorEquals: ['ThrottledError', 'ServiceUnavailableError', 'UploadConflictError'],
    IntervalSeconds: 2,
    MaxAttempts: 6,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
  {
    ErrorEquals: ['States.TaskFailed'],
    IntervalSeconds: 2,
    MaxAttempts: 3,
    BackoffRate: 2,
    MaxDelaySeconds: 60,
    JitterStrategy: 'FULL',
  },
];

const MAP_RETRY = {
  ErrorEquals: ['States.ItemReaderFailed'],
  IntervalSeconds: 2,
  MaxAttempts: 3,
  BackoffRate: 2,
  MaxDelaySeconds: 60,
  JitterStrategy: 'FULL',
};

const ARRIVAL = {
  ErrorEquals: ['IncompleteSourceError'],
  IntervalSeconds: 30,
  MaxAttempts: 75,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'NONE',
};

function invoke(name: string, payload: unknown) {
  return {
    Type: 'Task',
    Resource: 'arn:<AWS::Partition>:states:::lambda:invoke',
    Arguments: { FunctionName: `<FanoutFunctions${name}Function.Arn>`, Payload: payload },
    Output: '{% $states.result.Payload %}',
    TimeoutSeconds: 960,
    Retry: RETRY,
  };
}

const OVER_PLAN = {
  Type: 'Map',
  Retry: [MAP_RETRY],
  ItemReader: {
    Resource: 'arn:<AWS::Partition>:states:::s3:getObject',
    ReaderConfig: { InputType: 'JSONL' },
    Arguments: {
      Bucket: '{% $states.input.plan.bucket %}',
      Key: '{% $states.input.plan.key %}',
    },
  },
  MaxConcurrency: '{% $states.input.concurrency %}',
  ResultWriter: {
    Resource: 'arn:<AWS::Partition>:states:::s3:putObject',
    Arguments: { Bucket: '<FanoutBucketsOutput>', Prefix: '{% $states.input.resultsPrefix %}' },
    WriterConfig: { OutputType: 'JSONL', Transformation: 'COMPACT' },
  },
};

const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' };

const STAGE_SOURCE = {
  ...OVER_PLAN,
  Label: 'StageSource',
  ItemSelector: { task: '{% $states.context.Map.Item.Value %}' },
  ItemProcessor: {
    ProcessorConfig: DISTRIBUTED,
    StartAt: 'Stage',
    States: {
      Stage: {
        QueryLanguage: 'JSONata',
        ...invoke('Stage', '{% $states.input.task %}'),
        End: true,
      },
    },
  },
  Output: '{% {"pins": $states.input.pins} %}',
  Next: 'Plan',
};

/** The Map of the writers of a wing. */
const writers = (label: string, task: string, step: string) => ({
  ...OVER_PLAN,
  Label: label,
  ItemSelector: {
    run: '{% $states.input.run %}',
    chunk: '{% $states.context.Map.Item.Value %}',
  },
  ItemProcessor: {
    ProcessorConfig: DISTRIBUTED,
    StartAt: task,
    States: {
      [task]: {
        QueryLanguage: 'JSONata',
        ...invoke(step, {
          run: '{% $states.input.run %}',
          chunk: '{% $states.input.chunk %}',
        }),
        End: true,
      },
    },
  },
  Output: '{% $states.input %}',
  Next: 'Finalize',
});

const COMPLETE = {
  Condition: "{% $states.input.decision = 'complete' %}",
  Next: 'AlreadyComplete',
};
const DRY_RUN = { Condition: "{% $states.input.decision = 'dry-run' %}", Next: 'DryRunDone' };

test('the state machine is exactly this', () => {
  expect(definition).toEqual({
    QueryLanguage: 'JSONata',
    TimeoutSeconds: 604_800,
    StartAt: 'Plan',
    States: {
      Plan: {
        ...invoke('Plan', {
          request: '{% $states.context.Execution.Input %}',
          pins: '{% $exists($states.input.pins) ? $states.input.pins : null %}',
          execution: { id: '{% $states.context.Execution.Id %}' },
        }),
        Retry: [ARRIVAL, ...RETRY],
        Next: 'Decide',
      },
      Decide: {
        Type: 'Choice',
        Choices: [
          { Condition: "{% $states.input.decision = 'write' %}", Next: 'WriteChunks' },
          { Condition: "{% $states.input.decision = 'stage' %}", Next: 'StageSource' },
          { Condition: "{% $states.input.decision = 'table' %}", Next: 'PlanTable' },
          COMPLETE,
          DRY_RUN,
        ],
      },
      PlanTable: {
        ...invoke('PlanTable', {
          request: '{% $states.context.Execution.Input %}',
          execution: { id: '{% $states.context.Execution.Id %}' },
        }),
        Next: 'DecideTable',
      },
      DecideTable: {
        Type: 'Choice',
        Choices: [
          { Condition: "{% $states.input.decision = 'write' %}", Next: 'WriteTables' },
          COMPLETE,
          DRY_RUN,
        ],
      },
      StageSource: STAGE_SOURCE,
      WriteChunks: writers('WriteChunks', 'WriteChunk', 'Write'),
      WriteTables: writers('WriteTables', 'WriteTable', 'WriteTable'),
      Finalize: { ...invoke('Finalize', { run: '{% $states.input.run %}' }), End: true },
      AlreadyComplete: { Type: 'Succeed' },
      DryRunDone: { Type: 'Succeed' },
    },
  });
});

test('the state machine is traced, and logs errors without the data of executions', () => {
  const machines = Object.values(resourcesOf(template, 'AWS::StepFunctions::StateMachine'));
  expect(machines.map(({ Properties }) => Properties)).toMatchObject([
    { TracingConfiguration: { Enabled: true }, LoggingConfiguration: { Level: 'ERROR' } },
  ]);
  expect(machines[0]?.Properties['LoggingConfiguration']).not.toHaveProperty(
    'IncludeExecutionData',
  );
});

describe('retries', () => {
  const retried: readonly string[] = RETRIES.filter(({ maxAttempts }) => maxAttempts > 0).flatMap(
    ({ errors }) => [...errors],
  );

  test('are those of the contract, in the same order', () => {
    expect(RETRY.map(({ ErrorEquals }) => ErrorEquals)).toEqual(
      RETRIES.map(({ errors }) => [...errors]),
    );
  });

  test('cover every error of ours that can be retried, and no other', () => {
    expect(
      [...TRANSIENT_ERRORS, ...TIMEOUT_ERRORS].filter((name) => !retried.includes(name)),
    ).toEqual([]);
    expect(PERMANENT_ERRORS.filter((name) => retried.includes(name))).toEqual([]);
  });
});

interface State {
  readonly Retry?: readonly (typeof ARRIVAL)[];
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

/** Every retrier that takes one of these errors, by the name of its state. */
function retriersOf(
  states: Readonly<Record<string, State>>,
  names: readonly string[],
): [string, typeof ARRIVAL][] {
  return Object.entries(states).flatMap(([name, { Retry = [], ItemProcessor }]) => {
    const taking = Retry.filter(({ ErrorEquals }) =>
      ErrorEquals.some((error) => error === 'States.ALL' || names.includes(error)),
    );
    const own = taking.map((retrier): [string, typeof ARRIVAL] => [name, retrier]);
    return [...own, ...retriersOf(ItemProcessor?.States ?? {}, names)];
  });
}

describe('a source that is still being uploaded', () => {
  const { States, TimeoutSeconds } = definition as {
    readonly States: Readonly<Record<string, State>>;
    readonly TimeoutSeconds: number;
  };

  test('is waited for by Plan only: first 30 seconds, at most 5 minutes, 6 hours in all', () => {
    const retriers = retriersOf(States, ARRIVAL_ERRORS);
    expect(retriers.map(([state]) => state)).toEqual(['Plan']);
    const { IntervalSeconds, BackoffRate, MaxDelaySeconds, MaxAttempts } = retriers[0]![1];
    const waits = Array.from({ length: MaxAttempts }, (_, spent) =>
      Math.min(IntervalSeconds * BackoffRate ** spent, MaxDelaySeconds),
    );
    expect(waits.slice(0, 6)).toEqual([30, 60, 120, 240, 300, 300]);
    const seconds = waits.reduce((sum, wait) => sum + wait, 0);
    const sixHours = 6 * 3600;
    expect(seconds).toBeGreaterThanOrEqual(sixHours);
    expect(seconds).toBeLessThan(sixHours + MaxDelaySeconds);
    expect(seconds).toBeLessThan(TimeoutSeconds);
  });

  test('is waited for before the entry that takes nearly every error', () => {
    const names = States['Plan']?.Retry?.map(({ ErrorEquals }) => ErrorEquals[0]);
    expect(names?.[0]).toBe('IncompleteSourceError');
    expect(names?.at(-1)).toBe('States.TaskFailed');
  });

  test('is waited for, but no permanent error is: that entry comes first, and tries nothing', () => {
    for (const [, { MaxAttempts }] of retriersOf(States, PERMANENT_ERRORS)) {
      expect(MaxAttempts).toBe(0);
    }
    for (const state of ['Stage', 'WriteChunk', 'Finalize', 'Plan']) {
      const names = retriersOf(States, PERMANENT_ERRORS).map(([name]) => name);
      expect(names).toContain(state);
    }
  });
});
