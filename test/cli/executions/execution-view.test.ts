import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { follow, UNSEEN } from '#cli/executions/execution-view.ts';

/** Events as GetExecutionHistory gives them, numbered from 1. */
function eventsOf(...events: readonly Partial<HistoryEvent>[]): readonly HistoryEvent[] {
  return events.map((event, at) => ({
    ...{ id: at + 1, timestamp: new Date(1_000 * at), type: undefined },
    ...event,
  }));
}

const entered = (name: string) => ({ stateEnteredEventDetails: { name } });
const left = (name: string, output: unknown) => ({
  stateExitedEventDetails: { name, output: JSON.stringify(output) },
});
const mapRun = (mapRunArn: string) => ({ mapRunStartedEventDetails: { mapRunArn } });

const run = {
  ...{ runId: 'a'.repeat(32), chunks: 7, generation: 1 },
  location: { bucket: 'b', prefix: 'p/' },
};
const summary = { stored: { bytes: 200 }, seconds: { p5: 8, p50: 9, p95: 12 } };

describe('the history of an execution', () => {
  test('says what is planned and which Map Run writes it', () => {
    const staged = eventsOf(
      { type: 'ExecutionStarted' },
      entered('Plan'),
      left('Plan', { decision: 'stage', jobs: 3 }),
      entered('StageSource'),
      mapRun('stage-run'),
    );
    const during = follow(UNSEEN, staged);
    expect(during).toMatchObject({
      ...{ status: 'RUNNING', title: 'staging', items: 3, mapRunArn: 'stage-run', lastEvent: 5 },
      ...{ planned: undefined, startedAt: new Date(0), seenAt: new Date(4_000) },
    });
    const [, , , , , ...rest] = eventsOf(
      ...staged,
      left('StageSource', { pins: null }),
      entered('Plan'),
      left('Plan', { decision: 'write', run, summary }),
      { ...entered('Decide'), type: 'ChoiceStateEntered' },
      entered('WriteChunks'),
      mapRun('write-run'),
    );
    expect(follow(during, rest)).toMatchObject({
      ...{ title: 'writing', items: 7, mapRunArn: 'write-run' },
      planned: { runId: run.runId, chunks: 7, output: 's3://b/p/', bytes: 200, seconds: 9 },
    });
  });

  test('keeps the Map Run that failed, and forgets the error by a redrive', () => {
    const failed = eventsOf(entered('WriteChunks'), mapRun('write-run'), {
      type: 'ExecutionFailed',
      executionFailedEventDetails: { error: 'E', cause: '{"errorMessage":"because"}' },
    });
    const view = follow(UNSEEN, failed);
    expect(view).toMatchObject({
      ...{ status: 'FAILED', mapRunArn: 'write-run', error: { name: 'E', message: 'because' } },
    });
    const redriven = follow(view, [
      { id: 4, timestamp: undefined, type: 'ExecutionRedriven' },
      {
        ...{ id: 5, timestamp: undefined, type: 'MapRunRedriven' },
        mapRunRedrivenEventDetails: { mapRunArn: 'write-run' },
      },
    ]);
    expect(redriven).toMatchObject({ status: 'RUNNING', error: undefined, lastEvent: 5 });
  });

  test('names what ended without an error of its own', () => {
    const aborted = eventsOf({ type: 'ExecutionAborted', executionAbortedEventDetails: {} });
    expect(follow(UNSEEN, aborted).error).toEqual({
      ...{ name: 'ExecutionABORTED', message: 'the execution ended as ABORTED' },
    });
    const done = { output: '{"runId":"r"}' };
    const succeeded = { type: 'ExecutionSucceeded', executionSucceededEventDetails: done } as const;
    expect(follow(UNSEEN, eventsOf(succeeded))).toMatchObject({ status: 'SUCCEEDED', ...done });
  });
});
