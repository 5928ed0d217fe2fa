import { expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { readNpyHeader } from '#core/containers/npy/header.ts';
import { NPY_HEADER_BYTES, npyHeader } from '#core/containers/npy/write-header.ts';
import { DTYPES, ITEM_BYTES } from '#core/elements/dtype.ts';
import { toArrayLayout } from '#core/sparse/layout/npy-array.ts';
import { goldenBytes } from '#support/golden.ts';

const STREAM = { kind: 'stored', object: 0 } as const;

test.each(['indptr', 'indices', 'data'])(
  'npyHeader is the header that NumPy wrote for %s',
  async (name) => {
    const bytes = goldenBytes(`bundles/tfidf/${name}.npy`);
    const whole = { offset: 0, length: bytes.length };
    const array = toArrayLayout(await readNpyHeader(memorySource(bytes), whole, name), STREAM);
    expect(Buffer.from(npyHeader(array.dtype, array.length))).toEqual(
      Buffer.from(bytes.subarray(0, NPY_HEADER_BYTES)),
    );
  },
);

test.each(DTYPES)('the header is read back for %s', async (dtype) => {
  const bytes = new Uint8Array(NPY_HEADER_BYTES + 3 * ITEM_BYTES[dtype]);
  bytes.set(npyHeader(dtype, 3));
  const whole = { offset: 0, length: bytes.length };
  const array = toArrayLayout(await readNpyHeader(memorySource(bytes), whole, dtype), STREAM);
  expect(array).toMatchObject({ offset: 128, length: 3, dtype, bigEndian: false });
});

test('the header of the longest possible array has the same length', () => {
  expect(npyHeader('float64', Number.MAX_SAFE_INTEGER)).toHaveLength(NPY_HEADER_BYTES);
});
