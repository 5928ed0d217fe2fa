import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TextDigest } from '#core/checksum/text-digest.ts';
import { DEFAULT_DIALECT } from '#core/encode/csv-dialect.ts';
import { createCsvEncoder } from '#core/encode/csv-encoder.ts';
import type { CellOptions } from '#core/encode/implicit-text.ts';
import { Kernel } from '#core/encode/wasm/kernel.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, matrices } from '#test/core/encode/arbitrary-matrix.ts';

const kernel = new Kernel({ count: 0, bytes: 0 });

function digest(slices: Iterable<CsrSlice>, options: CellOptions) {
  const digest = new TextDigest(kernel, options);
  for (const slice of slices) digest.add(slice);
  return digest.figures();
}

/** The same figures, from the text. */
function figuresOfText(slice: CsrSlice, options: CellOptions) {
  const buffer = new Uint8Array(65_536);
  const encoder = createCsvEncoder({ ...options, buffer });
  let crc = 0;
  let bytes = 0;
  const add = (part: Uint8Array) => {
    crc = crc32(part, crc);
    bytes += part.length;
  };
  const parts = encoder.encode(slice);
  for (let step = parts.next(); step.done !== true; step = parts.next(buffer)) add(step.value);
  add(encoder.finish());
  return { bytes, crc32: crc };
}

/** A row with -7 in the first column and 123 in the last, and as many empty rows as asked for. */
function farApart(columns: number, emptyRows: number): CsrSlice {
  const rows = emptyRows + 1;
  return {
    rowStart: 0,
    rowEnd: rows,
    indptr: Int32Array.from({ length: rows + 1 }, (_, row) => (row === 0 ? 0 : 2)),
    indices: Int32Array.of(0, columns - 1),
    data: Int32Array.of(-7, 123),
    nnz: 2,
  };
}

describe('the digest of a text that is not made', () => {
  test('has the length and the CRC-32 of the text, whatever the matrix and its slices', async () => {
    const cuts = fc.array(fc.nat(12), { maxLength: 4 });
    await fc.assert(
      fc.property(matrices, cuts, ({ slice, options }, rows) => {
        expect(digest(cutSlice(slice, rows), options)).toEqual(figuresOfText(slice, options));
      }),
      { numRuns: 5000 },
    );
  });

  test.each([4095, 4096, 4097, 4098, 8193, 1_000_003])('steps over %i columns', (columns) => {
    const options = { dtype: 'int32', columns, dialect: DEFAULT_DIALECT } as const;
    const slice = farApart(columns, 2);
    expect(digest([slice], options)).toEqual(figuresOfText(slice, options));
  });

  test('takes rows longer than a window of entries', () => {
    const columns = 20_011;
    const slice: CsrSlice = {
      rowStart: 0,
      rowEnd: 2,
      indptr: Int32Array.of(0, columns, 2 * columns),
      indices: Int32Array.from({ length: 2 * columns }, (_, i) => i % columns),
      data: Float64Array.from({ length: 2 * columns }, (_, i) => i / 8),
      nnz: 2 * columns,
    };
    const options = { dtype: 'float64', columns, dialect: DEFAULT_DIALECT } as const;
    expect(digest([slice], options)).toEqual(figuresOfText(slice, options));
  });

  test('knows 2^31 - 1 columns', () => {
    const columns = 2 ** 31 - 1;
    const options = { dtype: 'int32', columns, dialect: DEFAULT_DIALECT } as const;
    const { bytes } = digest([farApart(columns, 1)], options);
    expect(bytes).toBe(4 * columns + 1 + 2);
  });

  test('of no rows is that of no bytes', () => {
    const options = { dtype: 'int32', columns: 3, dialect: DEFAULT_DIALECT } as const;
    expect(digest([], options)).toEqual({ bytes: 0, crc32: 0 });
  });

  test('fails once the kernel has been taken by another user', () => {
    const options = { dtype: 'int32', columns: 3, dialect: DEFAULT_DIALECT } as const;
    const first = new TextDigest(kernel, options);
    digest([], options);
    expect(() => first.add(farApart(3, 0))).toThrow('another encoder has taken this memory');
  });
});
