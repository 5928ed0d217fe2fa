import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EntryReader } from '#core/sparse/formats/mtx/entry-reader.ts';
import type { MtxHeader } from '#core/sparse/formats/mtx/header.ts';

const HEADER: MtxHeader = {
  shape: [5e9, 3],
  lines: 1,
  dtype: 'int64',
  isPattern: false,
  symmetry: 'general',
  end: 0,
};

function read(text: string, header: Partial<MtxHeader>) {
  const bytes = new TextEncoder().encode(text);
  const reader = new EntryReader('x', { ...HEADER, ...header });
  const batches = reader.read({ bytes, start: 0, end: bytes.length, offset: 0 });
  // A batch lies over arrays that the next one uses again.
  return [...batches.map(({ rows, columns, data }) => [[...rows], [...columns], [...data]])];
}

it('reads row numbers above int32', () => {
  expect(read('5000000000 3 7\n', {})).toEqual([[[5e9 - 1], [2], [7n]]]);
});

it('begins a new batch when one is full', () => {
  const lines = 128 * 1024 + 5;
  const batches = read('1 1 1\n'.repeat(lines), { shape: [1, 1] });
  expect(batches.map(([rows]) => rows?.length)).toEqual([128 * 1024 - 1, 6]);
});

it.each(['int64', 'uint64'] as const)('reads any %s exactly, as BigInt does', (dtype) => {
  const limit = dtype === 'int64' ? 2n ** 63n : 2n ** 64n;
  const lowest = dtype === 'int64' ? -limit : 0n;
  const anyValue = fc.oneof(
    fc.bigInt(lowest, limit - 1n),
    // Few digits, and multiples of 2^32: the low half is 0.
    fc.bigInt(dtype === 'int64' ? -(10n ** 15n) : 0n, 10n ** 15n),
    fc.bigInt(dtype === 'int64' ? -1000n : 0n, 1000n).map((value) => value << 32n),
  );
  const anyZeros = fc.nat(9).map((count) => '0'.repeat(count));
  const property = fc.property(
    fc.array(fc.tuple(anyValue, anyZeros), { minLength: 1 }),
    (values) => {
      const lines = values.map(
        ([value, zeros]) => `1 1 ${value < 0n ? '-' : ''}${zeros}${value < 0n ? -value : value}\n`,
      );
      const read64 = read(lines.join(''), { dtype }).flatMap(([, , data]) => data);
      expect(read64).toEqual(values.map(([value]) => value));
    },
  );
  fc.assert(property, { numRuns: 300 });
});
