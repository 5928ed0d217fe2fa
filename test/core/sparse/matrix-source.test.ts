import { describe, expect, it } from 'vitest';
import { ExpectationError } from '#core/errors.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { type MatrixFacts, matrixFacts, withRows } from '#core/sparse/matrix-facts.ts';
import { matrixSource, SliceCounts } from '#core/sparse/matrix-source.ts';

const facts: MatrixFacts = {
  ...{ kind: 'matrix', format: 'npz', shape: [7, 3], dtype: 'int16', nnz: 11 },
};

describe('a matrix as a run sees it', () => {
  it('has rows, counts, what batches share, and what shows another source', () => {
    expect(matrixSource(facts)).toMatchObject({
      rows: 7,
      counts: { nnz: 11 },
      common: { 'the number of columns': 3, 'the dtype': 'int16', 'an unstored cell': 0 },
      identity: { shape: '7 x 3', dtype: 'int16', nnz: 11 },
    });
    expect(matrixSource({ ...facts, fillValue: 'NaN' }).common).toEqual({
      ...{ 'the number of columns': 3, 'the dtype': 'int16', 'an unstored cell': 'NaN' },
      'the CRC-32 of the column names': 'none',
      'the dtype of the labels': 'none',
      'the index': 'without names',
    });
  });

  it('comes after the rows of another one, and keeps its own format', () => {
    const before: MatrixFacts = { ...facts, format: 'mtx', shape: [100, 3], nnz: 5 };
    expect(matrixSource(facts).after(before)).toEqual({ ...facts, shape: [107, 3], nnz: 16 });
  });

  it('fails where it is not what is expected', () => {
    const { assertExpected } = matrixSource(facts);
    assertExpected({ rows: 7, columns: 3 });
    expect(() => assertExpected({ rows: 8 })).toThrow(ExpectationError);
    expect(() => assertExpected({ rows: 8 })).toThrow('expect.rows is 8, but the source has 7');
  });
});

describe('the counts of slices', () => {
  const slice = (nnz: number): CsrSlice => ({
    ...{ rowStart: 0, rowEnd: 0, indptr: Int32Array.of(0), indices: Int32Array.of() },
    ...{ data: Int8Array.of(), nnz },
  });

  it('are the sum of what the source stores', () => {
    const counts = new SliceCounts();
    expect(counts.sums()).toEqual({ nnz: 0 });
    for (const nnz of [3, 0, 4]) counts.add(slice(nnz));
    expect(counts.sums()).toEqual({ nnz: 7 });
  });
});

describe('the facts of a matrix', () => {
  it('may be those of some of its rows', () => {
    expect(withRows({ ...facts, fillValue: 'NaN' }, 2, 5)).toEqual({
      ...{ ...facts, shape: [2, 3], nnz: 5, fillValue: 'NaN' },
    });
  });

  it.each([
    ['another kind', { kind: 'table' }],
    ['an unknown format', { format: 'parquet' }],
    ['an unknown dtype', { dtype: 'complex64' }],
    ['one dimension', { shape: [7] }],
    ['three dimensions', { shape: [7, 3, 1] }],
    ['negative rows', { shape: [-1, 3] }],
    ['half an entry', { nnz: 0.5 }],
    ['another fill', { fillValue: '0' }],
    ['a field too many', { order: 'C' }],
  ])('are not %s', (_, change) => {
    expect(matrixFacts.safeParse(facts).data).toEqual(facts);
    expect(matrixFacts.safeParse({ ...facts, fillValue: 'NaN' }).success).toBe(true);
    expect(matrixFacts.safeParse({ ...facts, ...change }).success).toBe(false);
  });
});
