import { describe, expect, test } from 'vitest';
import { simulateArrival } from './account-limit.ts';
import { renderedRetry } from './writer-retry.ts';

const retry = renderedRetry();

const LIMITS = [10, 50, 100, 250, 1_000];

/** Events of one execution's history, of which Step Functions keeps at most 25,000. */
const HISTORY_EVENTS = 25_000;
/** TaskScheduled, TaskStarted, TaskFailed. */
const EVENTS_PER_TRY = 3;
/** Start and end of the execution and of its state. */
const OTHER_EVENTS = 4;

/** The list as it was before: twenty attempts at a throttle. */
const shortRetry = retry.map((retrier) =>
  retrier.errorEquals.includes('Lambda.TooManyRequestsException')
    ? { ...retrier, maxAttempts: 20 }
    : retrier,
);

describe.each(LIMITS)('in an account of %i functions at once', (limit) => {
  const large = { limit, files: 1, chunksPerFile: 4_000, seed: 1 };
  const together = { limit, files: 20, chunksPerFile: 200, seed: 1 };

  test('one large file completes', () => {
    expect(simulateArrival(retry, large).failedRuns).toBe(0);
  });

  test('files that arrive together complete', () => {
    expect(simulateArrival(retry, together).failedRuns).toBe(0);
  });

  test('no more functions run than it allows', () => {
    const { seconds } = simulateArrival(retry, large);
    const fastestChunk = 6;
    expect(seconds).toBeGreaterThanOrEqual((4_000 / limit) * fastestChunk);
  });
});

describe('twenty attempts at a throttle', () => {
  test.each([10, 50, 100])('fail one large file in an account of %i functions', (limit) => {
    const large = { limit, files: 1, chunksPerFile: 20_000, seed: 1 };
    expect(simulateArrival(shortRetry, large).failedRuns).toBe(1);
  });

  test.each([10, 50, 100, 250])(
    'fail files that arrive together in an account of %i functions',
    (limit) => {
      const together = { limit, files: 20, chunksPerFile: 1_000, seed: 1 };
      expect(simulateArrival(shortRetry, together).failedRuns).toBeGreaterThan(0);
    },
  );
});

test("all attempts together fit into the history of a child's execution", () => {
  const tries = retry.reduce((sum, { maxAttempts }) => sum + maxAttempts, 1);
  expect(tries * EVENTS_PER_TRY + OTHER_EVENTS).toBeLessThanOrEqual(HISTORY_EVENTS);
});
