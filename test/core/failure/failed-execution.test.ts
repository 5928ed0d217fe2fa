import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parseFailedExecution } from '#core/failure/failed-execution.ts';

const detail = {
  executionArn: 'arn:aws:states:us-east-1:111122223333:execution:machine:name',
  stateMachineArn: 'arn:aws:states:us-east-1:111122223333:stateMachine:machine',
  name: 'name',
  status: 'FAILED',
  startDate: 1_551_225_146_847,
  stopDate: 1_551_225_151_881,
  input: '{}',
  inputDetails: { included: true },
  output: null,
  outputDetails: null,
};
const event = { version: '0', source: 'aws.states', detail };

describe('parseFailedExecution', () => {
  it('reads a failed execution, and the sentence in a cause that Lambda wrote', () => {
    const cause = JSON.stringify({ errorType: 'RequestError', errorMessage: 'no', trace: ['at'] });
    expect(
      parseFailedExecution({ ...event, detail: { ...detail, error: 'RequestError', cause } }),
    ).toEqual({
      executionArn: detail.executionArn,
      status: 'FAILED',
      startedAt: '2019-02-26T23:52:26.847Z',
      stoppedAt: '2019-02-26T23:52:31.881Z',
      error: 'RequestError',
      cause: 'no',
    });
  });

  it('keeps a cause that is a sentence or other JSON', () => {
    for (const cause of ['it was stopped', '"text"', 'null', '{"a":1}']) {
      const parsed = parseFailedExecution({ ...event, detail: { ...detail, cause } });
      expect(parsed.cause).toBe(cause);
    }
  });

  it('has no error and no cause if the event has none', () => {
    const timedOut = { ...detail, status: 'TIMED_OUT' };
    const expected = { status: 'TIMED_OUT', error: null, cause: null };
    expect(parseFailedExecution({ detail: timedOut })).toMatchObject(expected);
    const silent = { ...timedOut, error: null, cause: null };
    expect(parseFailedExecution({ detail: silent })).toMatchObject(expected);
  });

  it('fails on an execution that succeeded and on other events, with every problem', () => {
    expect(() => parseFailedExecution({ detail: { ...detail, status: 'SUCCEEDED' } })).toThrow(
      /the event of a failed execution: detail\.status/,
    );
    expect(() => parseFailedExecution({ detail: {} })).toThrow(RequestError);
    expect(() => parseFailedExecution({ detail: {} })).toThrow(/executionArn.*startDate/);
  });
});
