import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createCsvEncoder } from '#core/outputs/csv/csv-encoder.ts';
import type { CellOptions } from '#core/outputs/csv/implicit-text.ts';
import { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { createWasmCsvEncoder } from '#core/outputs/csv/wasm/wasm-csv-encoder.ts';
import type { CsrSlice } from '#core/sparse/csr.ts';
import { cutSlice, matrices } from '#support/arbitrary-matrix.ts';
import { collectParts, freshBuffers } from './collect-parts.ts';
import { regularSlice } from './regular-slice.ts';

const kernel = new Kernel({ count: 3, bytes: 100_000 });

const counts = { dtype: 'int64', columns: 3, dialect: DEFAULT_DIALECT } as const;

function oracleText(slices: Iterable<CsrSlice>, options: CellOptions): Buffer {
  const create = (buffer: Uint8Array) => createCsvEncoder({ ...options, buffer });
  return Buffer.concat(collectParts(create, { slices }, freshBuffers([65_536])));
}

/** The parts of the text. Checks the CRC-32 that the encoder gives for each. */
function wasmParts(
  slices: Iterable<CsrSlice>,
  options: CellOptions,
  nextBuffer: () => Uint8Array,
): Uint8Array[] {
  const countsCrc = true;
  const create = (buffer: Uint8Array) =>
    createWasmCsvEncoder(kernel, { ...options, buffer, countsCrc });
  return collectParts(create, { slices }, nextBuffer, (part, { partCrc32 }) => {
    if (options.columns > 0) expect(partCrc32).toBe(crc32(part));
    else expect(partCrc32).toBeUndefined();
  });
}

/** The buffers in the module's memory, in turn. */
function kernelBuffers(): () => Uint8Array {
  let next = 0;
  return () => {
    next += 1;
    return kernel.buffers[next % kernel.buffers.length]!;
  };
}

describe('the text made in WebAssembly', () => {
  test('is that of the simple encoder, whatever the matrix, its slices and its part buffers', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat(12), { maxLength: 4 });
    await fc.assert(
      fc.property(matrices, cuts, sizes, ({ slice, options }, rows, partBytes) => {
        const parts = wasmParts(cutSlice(slice, rows), options, freshBuffers(partBytes));
        const full = parts.slice(0, -1).map((_, i) => partBytes[i % partBytes.length]);
        expect(parts.slice(0, -1).map(({ length }) => length)).toEqual(full);
        expect(Buffer.concat(parts).equals(oracleText([slice], options))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('is the same when written in place', async () => {
    await fc.assert(
      fc.property(matrices, ({ slice, options }) => {
        const text = Buffer.concat(wasmParts([slice], options, kernelBuffers()));
        expect(text.equals(oracleText([slice], options))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  const small = (nnz: number) => Int32Array.from({ length: nnz }, (_, i) => (i * 7) % 23);
  const minus = (nnz: number) => new Int32Array(nnz).fill(-123_456);
  const ones = (nnz: number) => new Uint8Array(nnz).fill(1);
  const sines = (nnz: number) => Float64Array.from({ length: nnz }, (_, i) => Math.sin(i));
  const nans = (nnz: number) => new Float32Array(nnz).fill(Number.NaN);

  test.each([
    ['rows longer than a template', 'int32', 7, 100_003, 331, small],
    ['dense rows longer than a window of entries', 'int32', 3, 20_011, 1, small],
    ['more rows than a window holds', 'int32', 9000, 5, 7, small],
    ['long empty stretches', 'int32', 40, 40_000, 300_007, small],
    ['dense long values', 'int32', 50, 1000, 2, minus],
    ['words', 'bool', 5, 30_000, 11, ones],
    ['floats', 'float64', 9, 30_000, 13, sines],
    ['stored NaN', 'float32', 9, 30_000, 13, nans],
  ] as const)('is right for %s', (_, dtype, rows, columns, step, data) => {
    const slice = regularSlice(rows, columns, step, data);
    for (const profile of ['typed', 'zero0', 'empty'] as const) {
      const dialect = { ...DEFAULT_DIALECT, profile, naRep: '€'.repeat(64) };
      const options = { dtype, columns, dialect };
      const expected = oracleText([slice], options);
      const inPlace = Buffer.concat(wasmParts([slice], options, kernelBuffers()));
      const staged = Buffer.concat(wasmParts([slice], options, freshBuffers([99_991])));
      expect(inPlace.equals(expected)).toBe(true);
      expect(staged.equals(expected)).toBe(true);
    }
  });

  test('has one bare line end per row for a matrix without columns', () => {
    const slice = regularSlice(70_000, 0, 1, small);
    const parts = wasmParts([slice], { ...counts, columns: 0 }, freshBuffers([999]));
    expect(Buffer.concat(parts).equals(Buffer.alloc(70_000, '\n'))).toBe(true);
  });
});

describe('the CRC-32 of a part, made from the entries', () => {
  const slice = regularSlice(100, 3, 2, (nnz) => new BigInt64Array(nnz).fill(12n));
  const create = (buffer: Uint8Array) =>
    createWasmCsvEncoder(kernel, { ...counts, buffer, countsCrc: true });

  test.each([1, 5, 6, 7, 13, 1000])('covers the header line too, in parts of %i bytes', (bytes) => {
    const names = ['a', 'bc', 'd'];
    const untold: string[] = [];
    const parts = collectParts(
      create,
      { names, slices: [slice] },
      freshBuffers([bytes]),
      (part, { partCrc32 }) => {
        if (partCrc32 === undefined) untold.push(Buffer.from(part).toString());
        else expect(partCrc32).toBe(crc32(part));
      },
    );
    expect('a,bc,d\n'.startsWith(untold.join(''))).toBe(true);
    expect(
      Buffer.concat(parts).equals(
        Buffer.concat([Buffer.from('a,bc,d\n'), oracleText([slice], counts)]),
      ),
    ).toBe(true);
  });

  test.each([4095, 4096, 4097, 8193, 16_385])('steps over %i columns', (columns) => {
    const ends = regularSlice(3, columns, columns - 1, (nnz) => new Int32Array(nnz).fill(7));
    const options = { ...counts, dtype: 'int32', columns } as const;
    expect(wasmParts([ends], options, freshBuffers([100_000]))).toHaveLength(1);
    expect(wasmParts([ends], options, freshBuffers([1001])).length).toBeGreaterThan(20);
  });

  test('covers a header line without rows', () => {
    const told: (number | undefined)[] = [];
    const names = Array.from({ length: counts.columns }, (_, column) => `c${column}`);
    collectParts(create, { names, slices: [] }, freshBuffers([99_999]), (_, { partCrc32 }) =>
      told.push(partCrc32),
    );
    expect(told).toEqual([crc32(`${names.join(',')}\n`)]);
  });

  test('is absent unless asked for', () => {
    const encoder = createWasmCsvEncoder(kernel, { ...counts, buffer: new Uint8Array(9999) });
    expect(encoder.encode(slice).next().done).toBe(true);
    encoder.finish();
    expect(encoder.partCrc32).toBeUndefined();
  });
});

describe('a kernel', () => {
  test('fails when another encoder has taken its memory', () => {
    const slice = regularSlice(2, 3, 2, (nnz) => new BigInt64Array(nnz));
    const first = createWasmCsvEncoder(kernel, { ...counts, buffer: new Uint8Array(5) });
    const parts = first.encode(slice);
    expect(parts.next().value).toHaveLength(5);
    createWasmCsvEncoder(kernel, { ...counts, buffer: new Uint8Array(5) });
    expect(() => parts.next(new Uint8Array(5))).toThrow('another encoder has taken this memory');
  });
});
