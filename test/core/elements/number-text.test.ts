import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeBigInteger, writeFloat, writeInteger } from '#core/elements/number-text.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { encodeText } from '#support/encode-text.ts';

type Write<T> = (value: T, target: Uint8Array, at: number) => number;

/** What `write` leaves between other bytes, which it must not touch. */
function written<T>(write: Write<T>, value: T): string {
  const target = new Uint8Array(32).fill(0x7e);
  const end = write(value, target, 2);
  const text = Buffer.from(target).toString('latin1');
  expect(text.slice(0, 2) + text.slice(end)).toBe('~'.repeat(34 - end));
  return text.slice(2, end);
}

/** Lines of hexadecimal bits and the `repr` that Python prints for them. */
function goldenFloats(file: string): [bits: string, repr: string][] {
  const text = readFileSync(new URL(`../../fixtures/golden/text/${file}`, import.meta.url), 'utf8');
  const lines = text.trimEnd().split('\n');
  return lines.map((line) => line.split(' ') as [string, string]);
}

const GOLDEN = [
  { file: 'float16-widened-repr.txt', count: 1075, dtype: 'float16', read: 'getFloat16' },
  { file: 'float32-widened-repr.txt', count: 1523, dtype: 'float32', read: 'getFloat32' },
  { file: 'float64-repr.txt', count: 4232, dtype: 'float64', read: 'getFloat64' },
] as const;

/** Values below each other, as a slice of one column. */
function column(data: Float32Array | Float64Array): CsrSlice {
  return {
    rowStart: 0,
    rowEnd: data.length,
    indptr: Int32Array.from({ length: data.length + 1 }, (_, row) => row),
    indices: new Int32Array(data.length),
    data,
    nnz: data.length,
  };
}

describe('a float', () => {
  test.each(GOLDEN)('prints as Python does for every line of $file', (golden) => {
    const lines = goldenFloats(golden.file);
    const values = lines.map(([bits]) => {
      const view = new DataView(Uint8Array.from(Buffer.from(bits, 'hex')).buffer);
      return view[golden.read](0);
    });
    const { dtype } = golden;
    const data = dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
    const dialect = { ...DEFAULT_DIALECT, naRep: 'nan' };
    const text = encodeText([column(data)], { dtype, columns: 1, dialect });
    expect(text).toBe(lines.map(([, repr]) => `${repr}\n`).join(''));
    expect(lines).toHaveLength(golden.count);
  });

  test.each([
    [1, '1.0'],
    [-12345, '-12345.0'],
    [2 ** 31, '2147483648.0'],
    [-(2 ** 31), '-2147483648.0'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [1e21, '1e+21'],
    [1e-4, '0.0001'],
    [9.999e-5, '9.999e-05'],
    [1e-7, '1e-07'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Math.fround(0.1), '0.10000000149011612'],
    [0, '0.0'],
    [-0, '-0.0'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%f prints as %s', (value, text) => {
    expect(written(writeFloat, value)).toBe(text);
  });
});

describe('an integer', () => {
  test('prints its digits, up to 2^53', async () => {
    const edges = [0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, Number.MAX_SAFE_INTEGER];
    const value = fc.oneof(
      fc.maxSafeInteger(),
      fc.integer(),
      fc.integer({ min: -1100, max: 1100 }),
      fc.constantFrom(...edges),
      fc.constantFrom(...edges.slice(1).map((edge) => -edge)),
      fc.constant(-(2 ** 31)),
    );
    await fc.assert(
      fc.property(value, (integer) => {
        expect(written(writeInteger, integer)).toBe(String(integer));
      }),
      { numRuns: 2000 },
    );
  });

  test('prints exactly with 64 bits, beyond 2^53 too', async () => {
    const value = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
      fc.constantFrom(2n ** 53n + 1n, -(2n ** 63n), 2n ** 64n - 1n, 2n ** 31n, -(2n ** 31n), 0n),
    );
    await fc.assert(
      fc.property(value, (integer) => {
        expect(written(writeBigInteger, integer)).toBe(String(integer));
      }),
    );
  });
});
