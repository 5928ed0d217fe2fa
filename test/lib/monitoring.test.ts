import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { METRICS } from '#core/metrics.ts';
import { alarmsOf, firing } from '#support/alarms/alarms-of.ts';
import type { Sample, Samples } from '#support/alarms/evaluate-alarm.ts';
import { resolved } from '#support/readable-template.ts';
import { resourcesOf, templateOf } from '#support/synthesize.ts';

const template = templateOf(() => ({ monitoring: {} }));
const alarms = alarmsOf(template);

const WEEK = 7 * 24 * 60;

/** The same value in each of some minutes. */
function each(minutes: number, value: number, from = 0): readonly Sample[] {
  return Array.from({ length: minutes }, (_, at) => ({ minute: from + at, value }));
}

const own = (metric: keyof typeof METRICS) => `SparseFanout ${METRICS[metric]} Test/Fanout`;
const writer = (metric: string) => `AWS/Lambda ${metric} <FanoutFunctionsWriteFunction>`;
const reporter = (metric: string) => `AWS/Lambda ${metric} <FanoutFunctionsReportFailureFunction>`;
const machine = (metric: string) => `AWS/States ${metric} <FanoutWorkflowStateMachine>`;
const ledger = (metric: string) => `AWS/DynamoDB ${metric} <FanoutLedger>`;
const DEAD = `AWS/SQS ApproximateNumberOfMessagesVisible <FanoutTriggersDeadLetters.QueueName>`;
const TRANSITIONS = 'AWS/States ThrottledEvents StateTransition';

/** An hour of 500 writers, each with a chunk in 20 seconds; four of a thousand tries fail. */
const HOUR: Samples = {
  [machine('ExecutionsStarted')]: [{ minute: 0, value: 1 }],
  [machine('ExecutionsSucceeded')]: [{ minute: 59, value: 1 }],
  [machine('ExecutionsFailed')]: each(60, 0),
  [writer('Invocations')]: each(60, 1_500),
  [writer('Errors')]: each(60, 6),
  [writer('Throttles')]: [...each(4, 200), { minute: 5, value: 3 }],
  [writer('ConcurrentExecutions')]: each(60, 500),
  [own('written')]: each(60, 1_494),
  [own('memoryPercent')]: each(60, 34),
  [own('predictionPercent')]: [{ minute: 59, value: 131 }],
  [ledger('WriteThrottleEvents')]: each(2, 40),
  [DEAD]: each(60, 0),
};

describe('no alarm fires', () => {
  test('in a run of an hour, with the passing faults that each has', () => {
    expect(firing(alarms, HOUR, 60)).toEqual([]);
  });

  test('in a week in which nothing runs', () => {
    expect(firing(alarms, {}, WEEK)).toEqual([]);
    expect(firing(alarms, { [DEAD]: each(WEEK, 0) }, WEEK)).toEqual([]);
  });

  test('in a redrive: four chunks that failed before are written', () => {
    const samples = {
      [machine('ExecutionsSucceeded')]: [{ minute: 3, value: 1 }],
      [writer('Invocations')]: each(2, 2),
      [writer('ConcurrentExecutions')]: each(2, 4),
      [own('written')]: each(2, 2),
    };
    expect(firing(alarms, samples, WEEK)).toEqual([]);
  });

  test('in a run of four chunks of which one was killed and written by the next try', () => {
    const samples = { [writer('Invocations')]: each(1, 5), [writer('Errors')]: each(1, 1) };
    expect(firing(alarms, samples, 60)).toEqual([]);
  });

  test('after a run: its writers are gone, and nothing is written any more', () => {
    const samples = {
      ...HOUR,
      [writer('ConcurrentExecutions')]: [...each(60, 500), ...each(60, 0, 60)],
    };
    expect(firing(alarms, samples, WEEK)).toEqual([]);
  });
});

describe('one alarm fires, and no other', () => {
  test.each<[string, Samples]>([
    ['ExecutionsFailed', { [machine('ExecutionsFailed')]: each(1, 1) }],
    ['ExecutionsFailed', { [machine('ExecutionsTimedOut')]: each(1, 1) }],
    ['ExecutionsFailed', { [machine('ExecutionsAborted')]: each(1, 1) }],
    ['DeadLetters', { [DEAD]: [...each(60, 0), { minute: 60, value: 1 }] }],
    ['FailureNotReported', { [reporter('Errors')]: each(1, 1) }],
    ['FailureNotReported', { [reporter('AsyncEventsDropped')]: each(1, 1) }],
    ['FailureNotReported', { [reporter('DestinationDeliveryFailures')]: each(1, 1) }],
    ['WritersThrottled', { [writer('Throttles')]: each(5, 1) }],
    ['MemoryHigh', { [own('memoryPercent')]: each(1, 81) }],
    ['TriesFailed', { ...HOUR, [writer('Errors')]: each(60, 76) }],
    ['LedgerThrottled', { [ledger('WriteThrottleEvents')]: each(3, 1) }],
    ['LedgerThrottled', { [ledger('ReadThrottleEvents')]: each(3, 1) }],
    ['TransitionsThrottled', { [TRANSITIONS]: each(5, 1) }],
    ['RunOverPrediction', { [own('predictionPercent')]: each(1, 201) }],
    ['RunStalled', { [writer('ConcurrentExecutions')]: each(30, 500) }],
  ])('%s', (name, samples) => {
    expect(firing(alarms, samples, 120)).toEqual([name]);
  });

  test.each<[string, Samples]>([
    ['WritersThrottled', { [writer('Throttles')]: each(4, 1) }],
    ['MemoryHigh', { [own('memoryPercent')]: each(1, 80) }],
    ['LedgerThrottled', { [ledger('WriteThrottleEvents')]: each(2, 1) }],
    ['TransitionsThrottled', { [TRANSITIONS]: each(4, 1) }],
    ['RunOverPrediction', { [own('predictionPercent')]: each(1, 200) }],
    ['RunStalled', { [writer('ConcurrentExecutions')]: each(25, 500) }],
    [
      'RunStalled',
      { [writer('ConcurrentExecutions')]: each(60, 500), [own('skipped')]: each(60, 1) },
    ],
  ])('%s does not yet', (_, samples) => {
    expect(firing(alarms, samples, 120)).toEqual([]);
  });
});

describe('every alarm', () => {
  test('has a series here on which it fires, and a heading of the runbook', () => {
    expect(Object.keys(alarms).sort()).toEqual([
      'DeadLetters',
      'ExecutionsFailed',
      'FailureNotReported',
      'LedgerThrottled',
      'MemoryHigh',
      'RunOverPrediction',
      'RunStalled',
      'TransitionsThrottled',
      'TriesFailed',
      'WritersThrottled',
    ]);
    for (const { AlarmDescription: text } of Object.values(alarms)) {
      expect(text).toMatch(/^[A-Z][^.]+\. What to do: docs\/runbook\.md#[a-z-]+$/);
    }
  });

  test('goes to the failure topic, or to one that is given', () => {
    for (const { Properties } of Object.values(resourcesOf(template, 'AWS::CloudWatch::Alarm'))) {
      expect(resolved(Properties['AlarmActions'])).toEqual(['<FanoutFailureTopic>']);
    }
    const given = templateOf((stack) => ({ monitoring: { topic: new Topic(stack, 'Mine') } }));
    for (const { Properties } of Object.values(resourcesOf(given, 'AWS::CloudWatch::Alarm'))) {
      expect(resolved(Properties['AlarmActions'])).toEqual(['<Mine>']);
    }
  });
});

test('there is no alarm and no dashboard unless they are asked for', () => {
  const plain = templateOf();
  plain.resourceCountIs('AWS::CloudWatch::Alarm', 0);
  plain.resourceCountIs('AWS::CloudWatch::Dashboard', 0);
  template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});

test('the dashboard shows what the functions write, under the names that they write', () => {
  const [dashboard] = Object.values(resourcesOf(template, 'AWS::CloudWatch::Dashboard'));
  const body = JSON.parse(String(resolved(dashboard?.Properties['DashboardBody'])));
  const names = JSON.stringify(body.widgets);
  for (const name of Object.values(METRICS)) {
    if (name !== METRICS.predictionPercent) expect(names).toContain(`"${name}`);
  }
  expect(names).toContain('"TriesFailedThrottledError"');
});
