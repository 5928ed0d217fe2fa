import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { createFastCsvEncoder } from '#core/outputs/csv/fast-csv-encoder.ts';
import type { Kernel } from '#core/outputs/csv/wasm/kernel.ts';
import { openKernel } from '#core/outputs/csv/wasm/kernel.ts';
import { collectParts, freshBuffers } from './wasm/collect-parts.ts';
import { regularSlice } from './wasm/regular-slice.ts';

const options = { dtype: 'int32', columns: 7, dialect: DEFAULT_DIALECT } as const;

function text(kernel: Kernel | undefined): string {
  const slice = regularSlice(5, 7, 3, (nnz) => new Int32Array(nnz).fill(-12));
  const create = (buffer: Uint8Array) => createFastCsvEncoder(kernel, { ...options, buffer });
  return Buffer.concat(collectParts(create, { slices: [slice] }, freshBuffers([10]))).toString();
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the fast encoder', () => {
  test('writes the same text with a kernel and without', () => {
    const kernel = openKernel({ count: 0, bytes: 0 });
    expect(kernel).toBeDefined();
    expect(text(kernel)).toBe(text(undefined));
    expect(text(kernel)).toContain('-12,0,0,-12,0,0,-12\n');
  });

  test('does without a kernel where there is no WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);
    expect(openKernel({ count: 0, bytes: 0 })).toBeUndefined();
  });
});
