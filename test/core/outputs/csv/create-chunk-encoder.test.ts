import { crc32, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { COMPRESSIONS } from '#core/outputs/compression.ts';
import { createChunkEncoder } from '#core/outputs/csv/create-chunk-encoder.ts';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { openKernel } from '#core/outputs/csv/wasm/kernel.ts';
import { regularSlice } from './wasm/regular-slice.ts';

const slice = regularSlice(50, 40, 3, (nnz) => new Int32Array(nnz).fill(7));
const density = { rows: 50, nnz: 150 };

/** All of a chunk in one buffer. */
function encoded(compression: 'none' | 'gzip', hasKernel: boolean): Buffer {
  const kernel = hasKernel ? openKernel({ count: 0, bytes: 0 }) : undefined;
  const buffer = new Uint8Array(64 * 1024);
  const options = { dtype: 'int32', columns: 40, dialect: DEFAULT_DIALECT, buffer } as const;
  const encoder = createChunkEncoder(kernel, { ...options, compression, density });
  expect(encoder.encode(slice).next(buffer).done).toBe(true);
  expect(encoder.end?.().next(buffer).done ?? true).toBe(true);
  return Buffer.from(encoder.finish());
}

const plain = encoded('none', false);

test.each([
  { cells: 15, told: false },
  { cells: 16, told: true },
])('with $cells cells per entry the CRC-32 of a part is made from the entries: $told', (given) => {
  const kernel = openKernel({ count: 0, bytes: 0 });
  const buffer = new Uint8Array(64 * 1024);
  const options = { dtype: 'int32', columns: 40, dialect: DEFAULT_DIALECT, buffer } as const;
  const density = { rows: given.cells * 3, nnz: 120 };
  const encoder = createChunkEncoder(kernel, { ...options, compression: 'none', density });
  expect(encoder.encode(slice).next(buffer).done).toBe(true);
  expect(encoder.partCrc32).toBeUndefined();
  encoder.finish();
  expect(encoder.partCrc32).toBe(given.told ? crc32(plain) : undefined);
});

test.each(
  COMPRESSIONS.flatMap((compression) => [true, false].map((kernel) => ({ compression, kernel }))),
)('the text is the same with $compression and kernel $kernel', ({ compression, kernel }) => {
  const bytes = encoded(compression, kernel);
  const text = compression === 'gzip' ? gunzipSync(bytes) : bytes;
  expect(text.equals(plain)).toBe(true);
  expect(text.toString().split('\n')).toHaveLength(51);
});
