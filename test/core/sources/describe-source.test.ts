import { describe, expect, it } from 'vitest';
import { describeSource } from '#core/sources/describe-source.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';

const array = {
  stream: { kind: 'stored', object: 0 },
  ...{ offset: 0, length: 1, bigEndian: false },
} as const;

const layout: MatrixLayout = {
  ...{ kind: 'matrix', format: 'npz', shape: [2, 4], dtype: 'int64', nnz: 1 },
  parts: [
    {
      ...{ uri: 's3://b/x.npz', rows: 2, nnz: 1, objects: [] },
      indptr: { ...array, dtype: 'int32' },
      indices: { ...array, dtype: 'uint16' },
      data: { ...array, dtype: 'int64' },
    },
  ],
};

describe('describeSource', () => {
  it('has the fields for a program and the same in lines for people', () => {
    const { fields, lines } = describeSource(layout, 0);
    expect(fields).toEqual({
      ...{ format: 'npz', access: 'in place', parts: 1, stagedBytes: 0, shape: [2, 4] },
      ...{ dtype: 'int64', nnz: 1, density: 0.125, indptrDtype: 'int32', indicesDtype: 'uint16' },
    });
    const format = { count: (n: number) => `n${n}`, bytes: (n: number) => `${n} B` };
    expect(lines(format)).toEqual([
      ['format', 'npz, n1 part'],
      ['access', 'in place'],
      ['shape', 'n2 rows x n4 columns'],
      ['dtype', 'int64 (indptr int32, indices uint16)'],
      ['nnz', 'n1 stored entries, density 0.125'],
    ]);
  });

  it('knows what was staged for it', () => {
    expect(describeSource(layout, 77).fields).toMatchObject({ stagedBytes: 77 });
  });
});
