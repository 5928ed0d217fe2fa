import { describe, expect, it } from 'vitest';
import { ExpectationError } from '#core/errors.ts';
import { assertExpectedRows } from '#core/tables/run/expected-rows.ts';

describe('assertExpectedRows', () => {
  it('counts the rows of the source, rejected ones among them', () => {
    const counted = { rows: 7, rejected: 2, isTransformed: false };
    assertExpectedRows(undefined, counted);
    assertExpectedRows(9, counted);
    expect(() => assertExpectedRows(7, counted)).toThrow(ExpectationError);
    expect(() => assertExpectedRows(7, counted)).toThrow('expect.rows is 7, but the source has 9');
  });

  it('counts the rows that come out of a transform', () => {
    const counted = { rows: 7, rejected: 2, isTransformed: true };
    assertExpectedRows(7, counted);
    expect(() => assertExpectedRows(9, counted)).toThrow(
      'expect.rows is 9, but 7 come out of the transform',
    );
  });
});
