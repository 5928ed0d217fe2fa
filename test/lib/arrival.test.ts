import { describe, expect, test } from 'vitest';
import { ARRIVAL_ERRORS, PERMANENT_ERRORS } from '#core/contract.ts';
import { definitionOf, templateOf } from '#support/synthesize.ts';

const definition = definitionOf(templateOf());

interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly MaxDelaySeconds: number;
}

interface State {
  readonly Retry?: readonly Retrier[];
  readonly ItemProcessor?: { readonly States: Readonly<Record<string, State>> };
}

/** Every retrier that takes one of these errors, by the name of its state. */
function retriersOf(
  states: Readonly<Record<string, State>>,
  names: readonly string[],
): [string, Retrier][] {
  return Object.entries(states).flatMap(([name, { Retry = [], ItemProcessor }]) => {
    const taking = Retry.filter(({ ErrorEquals }) =>
      ErrorEquals.some((error) => error === 'States.ALL' || names.includes(error)),
    );
    const own = taking.map((retrier): [string, Retrier] => [name, retrier]);
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
