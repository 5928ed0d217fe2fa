import { describe, expect, it } from 'vitest';
import { describeMatrix, matrixLines } from '#core/sparse/layout/describe-matrix.ts';
import type { MatrixLayout, StreamLayout } from '#core/sparse/layout/matrix-layout.ts';

const STORED: StreamLayout = { kind: 'stored', object: 0 };
const DEFLATED: StreamLayout = {
  ...{ kind: 'deflate', object: 0, compressed: { offset: 9, length: 9 }, size: 9, index: 1 },
};
const CHUNKS: StreamLayout = { kind: 'chunks', object: 0, index: 1, size: 9 };

/** One part of three rows whose values lie in that stream. */
function partIn(stream: StreamLayout) {
  const array = { stream: STORED, offset: 0, length: 4, bigEndian: false };
  return {
    ...{ uri: 's3://b/x', rows: 3, nnz: 6, objects: [] },
    indptr: { ...array, dtype: 'int64' },
    indices: { ...array, dtype: 'int32' },
    data: { ...array, stream, dtype: 'float32' },
  } as const;
}

function layoutIn(...streams: readonly [StreamLayout, ...StreamLayout[]]): MatrixLayout {
  return {
    ...{ kind: 'matrix', format: 'h5ad', shape: [3, 8], dtype: 'float32', nnz: 6 },
    parts: streams.map(partIn),
  };
}

const figures = { count: (n: number) => `#${n}`, bytes: (n: number) => `${n} bytes` };

describe('describeMatrix', () => {
  it('says all that is known of a matrix', () => {
    expect(describeMatrix(layoutIn(STORED, STORED), 0)).toEqual({
      ...{ format: 'h5ad', access: 'in place', parts: 2, stagedBytes: 0, shape: [3, 8] },
      ...{ dtype: 'float32', nnz: 6, density: 0.25 },
      ...{ indptrDtype: 'int64', indicesDtype: 'int32' },
    });
  });

  it.each([
    ['in place', STORED, 0],
    ['copy by rows', STORED, 1],
    ['seek index', DEFLATED, 0],
    ['seek index', DEFLATED, 5],
    ['chunk table', CHUNKS, 0],
    ['chunk table', CHUNKS, 5],
  ])('reaches rows by: %s', (access, stream, stagedBytes) => {
    // The first part speaks for all.
    const described = describeMatrix(layoutIn(stream, DEFLATED), stagedBytes);
    expect(described).toMatchObject({ access, stagedBytes });
  });

  it.each([[[0, 8]], [[3, 0]]] as const)(
    'has no density without entries, even without cells: %j',
    (shape) => {
      expect(describeMatrix({ ...layoutIn(STORED), shape, nnz: 0 }, 0).density).toBe(0);
    },
  );
});

describe('matrixLines', () => {
  it('writes counts and bytes in the given format', () => {
    const found = describeMatrix(layoutIn(DEFLATED, DEFLATED), 1234);
    expect(matrixLines({ ...found, density: 1 / 3 }, figures)).toEqual([
      ['format', 'h5ad, #2 parts'],
      ['access', 'seek index (1234 bytes, made once)'],
      ['shape', '#3 rows x #8 columns'],
      ['dtype', 'float32 (indptr int64, indices int32)'],
      ['nnz', '#6 stored entries, density 0.333'],
    ]);
  });

  it('speaks of one part, and of no copy where nothing was staged', () => {
    const lines = matrixLines(describeMatrix(layoutIn(STORED), 0), figures);
    expect(lines.slice(0, 2)).toEqual([
      ['format', 'h5ad, #1 part'],
      ['access', 'in place'],
    ]);
    const staged = matrixLines(describeMatrix(layoutIn(STORED), 1), figures);
    expect(staged[1]).toEqual(['access', 'copy by rows (1 bytes, made once)']);
  });
});
