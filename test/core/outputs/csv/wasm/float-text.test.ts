import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { powersOfTen } from '#core/outputs/csv/wasm/powers-of-ten.ts';
import { createWasmCsvEncoder } from '#core/outputs/csv/wasm/wasm-csv-encoder.ts';
import { collectParts, freshBuffers } from './collect-parts.ts';

const kernel = new Kernel({ count: 0, bytes: 0 });

const options = {
  dtype: 'float64',
  columns: 1,
  dialect: { ...DEFAULT_DIALECT, naRep: 'nan' },
} as const;

/** One number a line, made by the module or by the simple encoder. */
function lines(data: Float64Array, create: 'wasm' | 'simple'): string {
  const slice = {
    rowStart: 0,
    rowEnd: data.length,
    indptr: Int32Array.from({ length: data.length + 1 }, (_, row) => row),
    indices: new Int32Array(data.length),
    data,
    nnz: data.length,
  };
  const parts = collectParts(
    (buffer) =>
      create === 'wasm'
        ? createWasmCsvEncoder(kernel, { ...options, buffer })
        : createCsvEncoder({ ...options, buffer }),
    { slices: [slice] },
    freshBuffers([65_536]),
  );
  return Buffer.concat(parts).toString();
}

function expectSameText(data: Float64Array): void {
  expect(lines(data, 'wasm')).toBe(lines(data, 'simple'));
}

describe('a float written in WebAssembly', () => {
  test('prints as Python does for every golden line', () => {
    const file = '../../../../fixtures/golden/text/float64-repr.txt';
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');
    const golden = text
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' '));
    const values = golden.map(([bits = '']) => Buffer.from(bits, 'hex').readDoubleBE());
    const expected = golden.map(([, repr]) => `${repr}\n`).join('');
    expect(lines(Float64Array.from(values), 'wasm')).toBe(expected);
    expect(golden).toHaveLength(4232);
  });

  test('has the same digits as the engine for any bits', async () => {
    const words = fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 200 });
    await fc.assert(
      fc.property(words, (bits) => {
        expectSameText(new Float64Array(BigUint64Array.from(bits).buffer));
      }),
      { numRuns: 300 },
    );
  });

  test('is right at every power of two, every power of ten, and next to them', () => {
    const powers: number[] = [];
    for (let k = -1074; k < 1024; k += 1) powers.push(2 ** k);
    for (let k = -323; k <= 308; k += 1) powers.push(Number(`1e${k}`), Number(`9.5e${k}`));
    const bits = new BigInt64Array(Float64Array.from(powers).buffer);
    for (const step of [-1n, 0n, 1n]) {
      expectSameText(new Float64Array(bits.map((word) => word + step).buffer));
    }
  });

  test('is right for short decimals and whole numbers of either sign', () => {
    const decimals = Float64Array.from({ length: 40_000 }, (_, i) => ((i % 2 ? i : -i) * 7) / 1e4);
    const wholes = Float64Array.from({ length: 40_000 }, (_, i) => (-1) ** i * i ** 3.5);
    expectSameText(decimals);
    expectSameText(wholes.map(Math.round));
    expectSameText(wholes.map((value) => Math.round(value) * 1e5));
  });
});

describe('the powers of ten', () => {
  test('are scaled to 128 bits and rounded up', () => {
    const words = powersOfTen();
    const at = (k: number) => (words[2 * (k + 292)]! << 64n) | words[2 * (k + 292) + 1]!;
    expect(words).toHaveLength(2 * 617);
    expect(at(0)).toBe(2n ** 127n);
    expect(at(3)).toBe(1000n << 118n);
    expect(at(-1)).toBe((2n ** 131n + 9n) / 10n);
    expect(at(324)).toBe(10n ** 324n / 2n ** 949n + 1n);
  });
});
