import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { encodeParts, encodeText } from '#support/encode-text.ts';
import { naiveCsv } from './naive-csv.ts';

const counts = { dtype: 'int64', columns: 3, dialect: DEFAULT_DIALECT } as const;

/** `[[1, _, _], [3, 7, _]]`, the example of the text contract. */
const example: CsrSlice = {
  rowStart: 0,
  rowEnd: 2,
  indptr: Int32Array.of(0, 1, 3),
  indices: Int32Array.of(0, 0, 1),
  data: BigInt64Array.of(1n, 3n, 7n),
  nnz: 3,
};

const floatExample: CsrSlice = { ...example, data: Float64Array.of(1, 3, 7) };

function emptyRows(rows: number): CsrSlice {
  return {
    rowStart: 0,
    rowEnd: rows,
    indptr: new Int32Array(rows + 1),
    indices: new Int32Array(),
    data: new Float64Array(),
    nnz: 0,
  };
}

describe('the text of a chunk', () => {
  test('is what pandas 2 prints, and pandas 1 by its profile', () => {
    const floats = { ...counts, dtype: 'float64' } as const;
    const zero0 = { ...DEFAULT_DIALECT, profile: 'zero0' } as const;
    const empty = { ...DEFAULT_DIALECT, profile: 'empty' } as const;
    expect(encodeText([example], counts)).toBe('1,0,0\n3,7,0\n');
    expect(encodeText([floatExample], floats)).toBe('1.0,0.0,0.0\n3.0,7.0,0.0\n');
    expect(encodeText([floatExample], { ...floats, dialect: zero0 })).toBe('1.0,0,0\n3.0,7.0,0\n');
    expect(encodeText([floatExample], { ...floats, dialect: empty })).toBe('1.0,,\n3.0,7.0,\n');
  });

  test('equals a naive dense rendering, whatever the matrix, its slices and its part buffers', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat(12), { maxLength: 4 });
    await fc.assert(
      fc.property(matrices, cuts, sizes, ({ slice, options }, rows, partBytes) => {
        const text = encodeText(cutSlice(slice, rows), { ...options, partBytes });
        expect(text).toBe(naiveCsv(slice, options));
      }),
      { numRuns: 1500 },
    );
  });

  test('fills every part but the last, which is empty only if all are', async () => {
    await fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 99 }), ({ slice, options }, size) => {
        const parts = encodeParts([slice], { ...options, partBytes: [size] });
        const last = parts.at(-1)!;
        expect(parts.slice(0, -1).every(({ length }) => length === size)).toBe(true);
        expect(last.length > 0).toBe(slice.rowEnd > 0);
      }),
    );
  });

  test.each([2 ** 20, 70_001])(
    'equals a naive rendering of wide rows in parts of %i bytes',
    (size) => {
      const slice: CsrSlice = {
        rowStart: 0,
        rowEnd: 3,
        indptr: Int32Array.of(0, 1, 1, 3),
        indices: Int32Array.of(39_000, 0, 49_999),
        data: Float64Array.of(1.5, -2, 0.1),
        nnz: 3,
      };
      const options = { dtype: 'float64', columns: 50_000, dialect: DEFAULT_DIALECT } as const;
      expect(encodeText([slice], { ...options, partBytes: [size] })).toBe(naiveCsv(slice, options));
    },
  );

  test('has one bare line end per row for a matrix without columns', () => {
    const options = { ...counts, columns: 0, partBytes: [1000] };
    expect(encodeText([emptyRows(70_000)], options)).toBe('\n'.repeat(70_000));
  });

  test('is empty for no rows', () => {
    expect(encodeText([emptyRows(0)], counts)).toBe('');
    expect(encodeText([], counts)).toBe('');
  });

  test('quotes an empty cell only where it is alone on its line', () => {
    const slice: CsrSlice = {
      ...emptyRows(3),
      indptr: Int32Array.of(0, 1, 2, 2),
      indices: Int32Array.of(0, 0),
      data: Float64Array.of(Number.NaN, 2),
    };
    const column = { dtype: 'float64', columns: 1, dialect: DEFAULT_DIALECT } as const;
    const empty = { ...DEFAULT_DIALECT, profile: 'empty' } as const;
    expect(encodeText([slice], column)).toBe('""\n2.0\n0.0\n');
    expect(encodeText([slice], { ...column, dialect: empty })).toBe('""\n2.0\n""\n');
    expect(encodeText([slice], { ...column, columns: 2, dialect: empty })).toBe(',\n2.0,\n,\n');
  });
});

describe('a row of 2^31 - 1 columns', () => {
  test('needs no more memory than its part buffers', () => {
    const columns = 2 ** 31 - 1;
    const slice: CsrSlice = {
      rowStart: 0,
      rowEnd: 1,
      indptr: Int32Array.of(0, 2),
      indices: Int32Array.of(0, columns - 1),
      data: Int32Array.of(-7, 12345),
      nnz: 2,
    };
    const dialect = { ...DEFAULT_DIALECT, profile: 'empty' } as const;
    const buffer = new Uint8Array(1_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const encoder = createCsvEncoder({ dtype: 'int32', columns, dialect, buffer });
    const parts = encoder.encode(slice);
    let bytes = 0;
    let start: string | undefined;
    for (let step = parts.next(); step.done !== true; step = parts.next(buffer)) {
      start ??= Buffer.from(step.value.subarray(0, 5)).toString();
      bytes += step.value.length;
    }
    const last = encoder.finish();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
    expect(start).toBe('-7,,,');
    expect(Buffer.from(last.subarray(-8)).toString()).toBe(',,12345\n');
    expect(bytes + last.length).toBe(columns - 1 + '-7'.length + '12345'.length + 1);
  });
});

describe('the header line', () => {
  test('comes before the first row and crosses parts', () => {
    const names = ['0', '1', '2'];
    expect(encodeText([example], { ...counts, names, partBytes: [2, 3] })).toBe(
      '0,1,2\n1,0,0\n3,7,0\n',
    );
  });

  test('is a bare line end for a matrix without columns', () => {
    expect(encodeText([], { ...counts, columns: 0, names: [] })).toBe('\n');
  });
});
