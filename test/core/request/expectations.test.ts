import { describe, expect, it } from 'vitest';
import { ExpectationError } from '#core/errors.ts';
import { assertExpected } from '#core/sparse/expectations.ts';

const matrix = { shape: [0, 7], nnz: 0, dtype: 'int64' } as const;

describe('assertExpected', () => {
  it('accepts what is expected, zeros too, and what is not mentioned', () => {
    assertExpected({}, matrix);
    assertExpected({ rows: 0, columns: 7, nnz: 0, dtype: 'int64' }, matrix);
  });

  it('fails with every difference', () => {
    const check = () => assertExpected({ rows: 1, columns: 7, nnz: 2, dtype: 'bool' }, matrix);
    expect(check).toThrow(ExpectationError);
    expect(check).toThrow(
      'expect.rows is 1, but the source has 0; expect.nnz is 2, but the source has 0; expect.dtype is bool, but the source has int64',
    );
  });
});
