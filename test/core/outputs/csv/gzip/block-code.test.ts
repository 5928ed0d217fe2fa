import { inflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type BitString,
  BlockCode,
  noCounts,
  writeLastBlock,
} from '#core/outputs/csv/gzip/block-code.ts';

/** Counts of which each is the sum of the two before, so that the words are as long as can be. */
function steepCode(): BlockCode {
  const { literals, distances } = noCounts();
  const steep = (counts: Uint32Array, symbols: readonly number[]) => {
    for (let i = 0, a = 1, b = 2; i < symbols.length; i += 1, [a, b] = [b, a + b]) {
      counts[symbols[i]!] = a;
    }
  };
  const texts = Array.from('987654321,0', (character) => character.charCodeAt(0));
  steep(literals, [284, 257, ...texts, 280, 285]);
  steep(distances, [5, 3, 1, 0]);
  return BlockCode.of({ literals, distances });
}

function bigOf({ low, high }: BitString): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}

/** Collects bits as deflate packs them. */
function createBitCollector() {
  let bits = 0n;
  let size = 0n;
  return {
    put(value: number, count: number): void {
      bits |= BigInt(value) << size;
      size += BigInt(count);
    },
    putString(string: BitString): void {
      bits |= bigOf(string) << size;
      size += BigInt(string.count);
    },
    bytes(): Buffer {
      const length = Number((size + 7n) / 8n);
      const hex = bits.toString(16).padStart(2 * length, '0');
      return Buffer.from(hex, 'hex').reverse();
    },
  };
}

describe('the code of a block', () => {
  test('joins words of more than 32 bits', () => {
    const code = steepCode();
    const nine = code.literal(0x39);
    const match = code.match({ length: 250, distance: 8 });
    const both = code.match({ length: 250, distance: 8 }, nine);
    expect(both.count).toBe(nine.count + match.count);
    expect(both.count).toBeGreaterThan(32);
    expect(bigOf(both)).toBe(bigOf(nine) | (bigOf(match) << BigInt(nine.count)));
  });

  test.each([
    ['fixed', BlockCode.fixed()],
    ['steep', steepCode()],
  ])('is what an inflater reads: %s', (_, code) => {
    const { put, putString, bytes } = createBitCollector();
    code.writeHeader(put);
    for (const character of '0,9,8,7,') putString(code.literal(character.charCodeAt(0)));
    putString(code.match({ length: 250, distance: 8 }));
    putString(code.match({ length: 3, distance: 4 }, code.literal(0x39)));
    putString(code.match({ length: 258, distance: 2 }));
    code.writeEnd(put);
    writeLastBlock(put);
    const start = '0,9,8,7,'.repeat(33).slice(0, 258);
    const lead = `${start}9${`${start}9`.slice(-4, -1)}`;
    expect(inflateRawSync(bytes()).toString()).toBe(lead + lead.slice(-2).repeat(129));
  });
});
