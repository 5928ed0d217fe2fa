import { describe, expect, test } from 'vitest';
import { PERMANENT_ERRORS, RETRIES, TIMEOUT_ERRORS, TRANSIENT_ERRORS } from '#core/contract.ts';
import { definitionOf, resourcesOf, templateOf } from '#support/synthesize.ts';

const template = templateOf();
const comments: string[] = [];

/** A definition without its comments. */
const definition: unknown = JSON.parse(JSON.stringify(definitionOf(template)), (key, value) => {
  if (key !== 'Comment') return value;
  comments.push(value);
  return undefined;
});

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
    Arguments: { FunctionName: `<FanoutFunctions${name}FunctionCurrentVersion>`, Payload: payload },
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

/** The Map of a round before a plan. */
const round = (label: string, step: string, output: string, next: string) => ({
  ...OVER_PLAN,
  Label: label,
  ItemSelector: { task: '{% $states.context.Map.Item.Value %}' },
  ItemProcessor: {
    ProcessorConfig: DISTRIBUTED,
    StartAt: step,
    States: {
      [step]: {
        QueryLanguage: 'JSONata',
        ...invoke(step, '{% $states.input.task %}'),
        End: true,
      },
    },
  },
  Output: output,
  Next: next,
});

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
  Output: '{% $merge([$states.input, {"startedAt": $states.context.State.EnteredTime}]) %}',
  Next: 'Finalize',
});

const COMPLETE = {
  Condition: "{% $states.input.decision = 'complete' %}",
  Next: 'AlreadyComplete',
};
const WAITING = { Condition: "{% $states.input.decision = 'waiting' %}", Next: 'InboxWaits' };
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
          { Condition: "{% $states.input.decision = 'database' %}", Next: 'PlanTable' },
          COMPLETE,
          DRY_RUN,
        ],
      },
      PlanTable: {
        ...invoke('PlanTable', {
          request: '{% $states.context.Execution.Input %}',
          pins: '{% $exists($states.input.pins) ? $states.input.pins : null %}',
          execution: { id: '{% $states.context.Execution.Id %}' },
        }),
        Next: 'DecideTable',
      },
      DecideTable: {
        Type: 'Choice',
        Choices: [
          { Condition: "{% $states.input.decision = 'write' %}", Next: 'WriteTables' },
          { Condition: "{% $states.input.decision = 'stage' %}", Next: 'StageSource' },
          { Condition: "{% $states.input.decision = 'scatter' %}", Next: 'ScatterTables' },
          COMPLETE,
          DRY_RUN,
          WAITING,
        ],
      },
      StageSource: round(
        'StageSource',
        'Stage',
        '{% {"pins": $states.input.pins, "wing": $states.input.wing} %}',
        'DecideWing',
      ),
      ScatterTables: round(
        'ScatterTables',
        'ScatterTable',
        '{% {"pins": $states.input.pins} %}',
        'PlanTable',
      ),
      DecideWing: {
        Type: 'Choice',
        Choices: [{ Condition: "{% $states.input.wing = 'table' %}", Next: 'PlanTable' }],
        Default: 'Plan',
      },
      WriteChunks: writers('WriteChunks', 'WriteChunk', 'Write'),
      WriteTables: writers('WriteTables', 'WriteTable', 'WriteTable'),
      Finalize: {
        ...invoke('Finalize', {
          run: '{% $states.input.run %}',
          prediction:
            '{% $states.context.Execution.RedriveCount > 0 or $not($exists($states.input.summary.seconds.p95)) ? null : {"seconds": $states.input.summary.seconds.p95, "startedAt": $states.input.startedAt} %}',
        }),
        End: true,
      },
      AlreadyComplete: { Type: 'Succeed' },
      DryRunDone: { Type: 'Succeed' },
      InboxWaits: { Type: 'Succeed' },
    },
  });
});

test('the state machine and each of its states have a comment of their own', () => {
  const states = 17;
  expect(comments).toHaveLength(states + 1);
  expect(new Set(comments).size).toBe(comments.length);
});

test('the state machine is not traced, and logs errors without the data of executions', () => {
  const machines = Object.values(resourcesOf(template, 'AWS::StepFunctions::StateMachine'));
  expect(machines.map(({ Properties }) => Properties)).toMatchObject([
    { TracingConfiguration: { Enabled: false }, LoggingConfiguration: { Level: 'ERROR' } },
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
