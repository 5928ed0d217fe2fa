import type { Happening } from '@sparse-fanout/local-cloud/happening.ts';
import { expect, it } from 'vitest';
import { happeningLine } from '#cli/local/describe-happening.ts';

const now = new Date(2026, 0, 2, 9, 4, 5);
const line = (happening: Happening) => happeningLine(happening, now);

const change = {
  executionArn: 'arn:aws:states:us-east-1:000000000000:execution:machine:one',
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
  name: 'one',
  status: 'RUNNING',
  startDate: 0,
  stopDate: null,
  input: '{}',
  output: null,
  inputDetails: { included: true },
  outputDetails: null,
  error: null,
  cause: null,
  redriveCount: 0,
  redriveDate: null,
} as const;

it('describes an object by its URI and size', () => {
  const object = {
    ...{ bucket: 'source', key: 'x.npz', size: 20_500, etag: 'e', sequencer: '1' },
    ...{ time: '2026-01-02T00:00:00Z', reason: 'PutObject' as const },
  };
  expect(line({ kind: 'object-created', object })).toBe(
    '09:04:05  stored       s3://source/x.npz, 20.5 KB',
  );
});

it('describes an execution that starts, is redriven, succeeds and fails', () => {
  const lineOf = (what: Partial<typeof change | Record<keyof typeof change, unknown>>) =>
    line({ kind: 'execution', change: { ...change, ...what } as typeof change });
  expect(lineOf({})).toBe('09:04:05  RUNNING      one');
  expect(lineOf({ redriveCount: 2 })).toBe('09:04:05  RUNNING      one, redrive 2');
  const output = '{"manifest":"s3://out/m.json"}';
  expect(lineOf({ status: 'SUCCEEDED', output })).toBe(
    '09:04:05  SUCCEEDED    one, s3://out/m.json',
  );
  expect(lineOf({ status: 'SUCCEEDED', output: '"plain"' })).toBe('09:04:05  SUCCEEDED    one');
  expect(lineOf({ status: 'ABORTED' })).toBe('09:04:05  ABORTED      one');
  expect(lineOf({ status: 'ABORTED', cause: 'why' })).toBe('09:04:05  ABORTED      one, why');
  const cause = '{"errorType":"RequestError","errorMessage":"two\\nlines"}';
  expect(lineOf({ status: 'FAILED', error: 'RequestError', cause })).toBe(
    '09:04:05  FAILED       one, RequestError: two lines',
  );
});

it('reports what could not be delivered, and why', () => {
  const attributes = { TARGET_ARN: 'arn:target', ERROR_CODE: 'AccessDenied', ERROR_MESSAGE: 'no' };
  expect(
    line({ kind: 'dead-letter', queueArn: 'arn:queue', letter: { body: '{}', attributes } }),
  ).toBe('09:04:05  dead letter  for arn:target, AccessDenied: no');
  expect(line({ kind: 'undelivered', error: new Error('lost') })).toBe(
    '09:04:05  undelivered  lost',
  );
});

it('describes a message by its topic and sentence', () => {
  const message = JSON.stringify({ responsePayload: { message: '2 chunks failed' } });
  expect(line({ kind: 'message', topicArn: 'arn:aws:sns:us-east-1:0:failures', message })).toBe(
    '09:04:05  message      to failures, 2 chunks failed',
  );
});

it('describes a message to a topic by the sentence of the function that sent it', () => {
  const topicArn = 'arn:aws:sns:us-east-1:000000000000:failures';
  const lineOf = (message: object) =>
    line({ kind: 'message', topicArn, message: JSON.stringify(message) });
  const start = '09:04:05  message      to failures, ';
  expect(lineOf({ responsePayload: { message: 'run x ended' } })).toBe(`${start}run x ended`);
  expect(lineOf({ responsePayload: { errorMessage: 'broken' } })).toBe(`${start}broken`);
  expect(lineOf({ a: 1 })).toBe(`${start}{"a":1}`);
});
