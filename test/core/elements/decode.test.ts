import { expect, it } from 'vitest';
import { decodeIndices, decodeValues } from '#core/elements/decode.ts';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import { npyArray } from '#support/npz/npy.ts';

const VALUES: Readonly<Record<DType, readonly (number | bigint)[]>> = {
  bool: [0, 1, 1],
  int8: [-128, 127, 1],
  int16: [-32_768, 32_767, 1],
  int32: [-(2 ** 31), 2 ** 31 - 1, 1],
  int64: [-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n + 1n],
  uint8: [0, 255, 1],
  uint16: [0, 65_535, 1],
  uint32: [0, 2 ** 32 - 1, 1],
  uint64: [0n, 2n ** 64n - 1n, 2n ** 53n + 1n],
  float16: [-0, 65_504, 2 ** -24],
  float32: [-0, Number.NaN, Math.fround(0.1)],
  float64: [-0, Number.POSITIVE_INFINITY, 0.1],
};

/** Elements as they are stored, without their header, in a buffer of their own. */
function stored(values: readonly (number | bigint)[], dtype: DType, bigEndian: boolean) {
  const elementBytes = npyArray(values, dtype).length - npyArray([], dtype).length;
  return new Uint8Array(npyArray(values, dtype, { bigEndian }).slice(-elementBytes));
}

it.each(DTYPES)('decodes %s in both byte orders', (dtype) => {
  for (const bigEndian of [false, true]) {
    const bytes = stored(VALUES[dtype], dtype, bigEndian);
    expect([...decodeValues(bytes, { dtype, bigEndian })]).toEqual(VALUES[dtype]);
  }
});

it('decodes any byte but 0 as true', () => {
  const values = decodeValues(Uint8Array.of(0, 1, 2, 255), { dtype: 'bool', bigEndian: false });
  expect([...values]).toEqual([0, 1, 1, 1]);
});

it('decodes indices of both widths and byte orders', () => {
  for (const bigEndian of [false, true]) {
    const narrow = [0, -1, 2 ** 31 - 1];
    const wide = [0, -1, 2 ** 32 + 5, -(2 ** 32), 2 ** 53 - 1];
    const int32 = { dtype: 'int32', bigEndian } as const;
    const int64 = { dtype: 'int64', bigEndian } as const;
    expect(decodeIndices(stored(narrow, 'int32', bigEndian), int32)).toEqual(
      Int32Array.of(...narrow),
    );
    expect(decodeIndices(stored(wide, 'int64', bigEndian), int64)).toEqual(
      Float64Array.of(...wide),
    );
  }
});

it('keeps indices above 2^53 above it, so that every bound check refuses them', () => {
  const bytes = stored([2n ** 63n - 1n, 2n ** 53n + 1n], 'int64', false);
  for (const index of decodeIndices(bytes, { dtype: 'int64', bigEndian: false })) {
    expect(index).toBeGreaterThanOrEqual(2 ** 53);
  }
});

it('decodes unsigned indices, all of them at least 0', () => {
  for (const bigEndian of [false, true]) {
    for (const dtype of ['uint8', 'uint16', 'uint32', 'uint64'] as const) {
      const most = VALUES[dtype][1]!;
      const values = decodeIndices(
        stored(
          [7n, BigInt(most)].map((value) => (dtype === 'uint64' ? value : Number(value))),
          dtype,
          bigEndian,
        ),
        {
          ...{ dtype, bigEndian },
        },
      );
      expect([...values]).toEqual([7, Number(most)]);
    }
  }
});
