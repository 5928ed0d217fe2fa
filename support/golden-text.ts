import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { readSlices } from '#core/sparse/read-slices.ts';
import { encodeParts } from './encode-text.ts';
import type { golden } from './golden.ts';
import { openMatrix } from './open-matrix.ts';

/** Expects that the bytes of a file of another format hold its matrix and print its text. */
export async function expectGoldenText(
  bytes: Uint8Array,
  later: (typeof golden.later)[number],
): Promise<void> {
  const { layout, matrix } = await openMatrix(memorySource(bytes, later.file));
  expect(layout).toMatchObject({ shape: later.shape, nnz: later.stored });
  const rows = { rowStart: 0, rowEnd: matrix.shape[0] };
  const parts = encodeParts(await Array.fromAsync(readSlices(matrix, rows)), {
    dtype: matrix.dtype,
    columns: matrix.shape[1],
    dialect: DEFAULT_DIALECT,
    partBytes: [1000],
  });
  const text = Buffer.concat(parts);
  expect(text.length).toBe(later.bytes);
  expect(createHash('sha256').update(text).digest('hex')).toBe(later.sha256);
}
