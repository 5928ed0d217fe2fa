import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { decodeChunk } from '#core/containers/hdf5/decode-chunk.ts';
import { fletcher32 } from '#core/containers/hdf5/fletcher32.ts';

const PLAIN = Uint8Array.from({ length: 24 }, (_, i) => (i * 37) % 251);

/** Bytes 0 of all items first, then bytes 1, and so on. */
function shuffled(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const items = bytes.length / itemBytes;
  return bytes.map((_, i) => bytes[(i % items) * itemBytes + Math.floor(i / items)]!);
}

function summed(bytes: Uint8Array): Uint8Array {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(fletcher32(bytes));
  return Buffer.concat([bytes, sum]);
}

const SHUFFLE = { kind: 'shuffle', itemBytes: 4 } as const;
const DEFLATE = { kind: 'deflate', itemBytes: 0 } as const;
const FLETCHER = { kind: 'fletcher32', itemBytes: 0 } as const;

it('undoes filters from the last to the first', () => {
  const style = { filters: [SHUFFLE, DEFLATE, FLETCHER], bytes: 24 };
  const outer = summed(deflateSync(shuffled(PLAIN, 4)));
  expect(Buffer.from(decodeChunk(outer, 0, style))).toEqual(Buffer.from(PLAIN));
  // A checksum that was made first lies within what is compressed.
  const inner = { filters: [FLETCHER, DEFLATE], bytes: 24 };
  expect(Buffer.from(decodeChunk(deflateSync(summed(PLAIN)), 0, inner))).toEqual(
    Buffer.from(PLAIN),
  );
});

it('leaves out the filters whose bits are set', () => {
  const style = { filters: [SHUFFLE, DEFLATE, FLETCHER], bytes: 24 };
  const left = (mask: number, stored: Uint8Array) =>
    expect(Buffer.from(decodeChunk(stored, mask, style))).toEqual(Buffer.from(PLAIN));
  left(0b001, summed(deflateSync(PLAIN)));
  left(0b010, summed(shuffled(PLAIN, 4)));
  left(0b100, deflateSync(shuffled(PLAIN, 4)));
  left(0b111, PLAIN);
});

it('fails on any byte of a checksum that is wrong, and on one that is cut short', () => {
  const style = { filters: [FLETCHER], bytes: 24 };
  for (const at of [24, 25, 26, 27]) {
    const wrong = summed(PLAIN);
    wrong[at]! ^= 1;
    expect(() => decodeChunk(wrong, 0, style)).toThrow('its fletcher32 checksum is wrong');
  }
  expect(decodeChunk(summed(new Uint8Array()), 0, { ...style, bytes: 0 })).toHaveLength(0);
  expect(() => decodeChunk(Uint8Array.of(0, 0, 0), 0, { ...style, bytes: 0 })).toThrow('is wrong');
});

it('never inflates to more than a chunk with its checksums', () => {
  const style = { filters: [DEFLATE], bytes: 100 };
  expect(decodeChunk(deflateSync(Buffer.alloc(100)), 0, style)).toHaveLength(100);
  expect(() => decodeChunk(deflateSync(Buffer.alloc(104)), 0, style)).toThrow(
    'it decodes to 104 bytes, expected 100',
  );
  expect(() => decodeChunk(deflateSync(Buffer.alloc(105)), 0, style)).toThrow('larger than');
});
