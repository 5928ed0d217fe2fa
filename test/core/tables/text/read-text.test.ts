import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import {
  readText,
  readTextRange,
  type TextCompression,
  type TextReading,
} from '#core/tables/text/read-text.ts';

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece.slice());
  return Buffer.concat(all).toString('latin1');
}

function read(
  bytes: Uint8Array,
  compression: TextCompression,
  more: Partial<TextReading> = {},
): Promise<string> {
  const source = memorySource(bytes, 'a.csv.x');
  return collect(readText(source, { compression, maxTextBytes: 10_000_000, ...more }));
}

const PACK = {
  gzip: (text: string) => gzipSync(Buffer.from(text, 'latin1')),
  zstd: (text: string) =>
    zstdCompressSync(Buffer.from(text, 'latin1'), {
      params: { [constants.ZSTD_c_checksumFlag]: 1 },
    }),
};
const KINDS = ['gzip', 'zstd'] as const;
const NOISE = Array.from({ length: 5000 }, (_, k) => `${k},${(k * 7919) % 1013}\n`).join('');

describe('readTextRange', () => {
  it('reads a range in blocks', async () => {
    const source = memorySource(Buffer.from('0123456789'));
    expect(await collect(readTextRange(source, { start: 2, end: 9 }, 3))).toBe('2345678');
    expect(await collect(readTextRange(source, { start: 0, end: 10 }))).toBe('0123456789');
    expect(await collect(readTextRange(source, { start: 4, end: 4 }))).toBe('');
  });

  it('gives back the memory of a block when the next one is asked for', async () => {
    const blocks = readTextRange(memorySource(Buffer.from('0123')), { start: 0, end: 4 }, 2);
    const { value: first } = await blocks.next();
    expect(Buffer.from(first!).toString()).toBe('01');
    expect(Buffer.from((await blocks.next()).value!).toString()).toBe('23');
    expect(first!.buffer.byteLength).toBe(0);
  });
});

describe('readText', () => {
  it('reads plain text as it is', async () => {
    expect(await read(Buffer.from('a,b\n1,2\n'), 'none', { blockBytes: 3 })).toBe('a,b\n1,2\n');
    expect(await read(new Uint8Array(), 'none')).toBe('');
  });

  it('joins members and frames of any number, empty ones too, however they are cut', async () => {
    const texts = fc.array(fc.constantFrom('', 'a,b\n', NOISE, 'x'.repeat(100_000)), {
      minLength: 1,
      maxLength: 5,
    });
    const property = fc.asyncProperty(
      texts,
      fc.constantFrom(...KINDS),
      fc.constantFrom(1000, 70_000, 4_000_000),
      async (members, compression, blockBytes) => {
        const bytes = Buffer.concat(members.map(PACK[compression]));
        const text = await read(bytes, compression, { blockBytes });
        expect(text === members.join('')).toBe(true);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('passes the skippable frames of zstd', async () => {
    const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    const bytes = Buffer.concat([
      skippable,
      PACK.zstd('a\n'),
      skippable,
      PACK.zstd('b\n'),
      skippable,
    ]);
    expect(await read(bytes, 'zstd')).toBe('a\nb\n');
    expect(await read(bytes, 'zstd', { blockBytes: 1 })).toBe('a\nb\n');
  });

  it('refuses what is cut short at any place, and an empty object', async () => {
    for (const compression of KINDS) {
      const whole = Buffer.concat([PACK[compression]('first\n'), PACK[compression]('second\n')]);
      const first = PACK[compression]('first\n').length;
      for (let length = 0; length < whole.length; length++) {
        if (length === first) continue;
        const reading = read(whole.subarray(0, length), compression);
        await expect(reading, `${compression} ${length}`).rejects.toThrow(CorruptSourceError);
      }
      await expect(read(new Uint8Array(), compression)).rejects.toThrow('a.csv.x is no whole');
    }
  });

  it('refuses a flipped bit anywhere, or reads the same', async () => {
    for (const compression of KINDS) {
      const whole = PACK[compression](NOISE.slice(0, 300));
      for (let bit = 0; bit < whole.length * 8; bit += 3) {
        const damaged = Uint8Array.from(whole);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        const text = await read(damaged, compression).catch((error: unknown) => error);
        if (typeof text === 'string') expect(text).toBe(NOISE.slice(0, 300));
        else expect(text, `${compression} ${bit}`).toBeInstanceOf(CorruptSourceError);
      }
    }
  });

  it('refuses other bytes behind the last member or frame', async () => {
    for (const compression of KINDS) {
      for (const rest of ['garbage', '\0\0\0\0', 'a,b\n1,2\n', '\x1f', '\x28']) {
        const bytes = Buffer.concat([PACK[compression]('a\n'), Buffer.from(rest, 'latin1')]);
        await expect(read(bytes, compression), rest).rejects.toThrow(CorruptSourceError);
      }
    }
  });

  it('bounds the text', async () => {
    for (const compression of KINDS) {
      const bytes = PACK[compression]('x'.repeat(3_000_000));
      expect((await read(bytes, compression, { maxTextBytes: 3_000_000 })).length).toBe(3_000_000);
      const reading = read(bytes, compression, { maxTextBytes: 2_999_999 });
      await expect(reading).rejects.toThrow(BoundExceededError);
      await expect(reading).rejects.toThrow('more than 2999999 bytes of text');
    }
  });

  it('stops a text that grows beyond any proportion', async () => {
    const bytes = gzipSync(Buffer.alloc(80_000_000));
    const reading = read(bytes, 'gzip', { maxTextBytes: Infinity });
    await expect(reading).rejects.toThrow('allowed are 500 times as many');
  });

  it('hands on what the source throws, and stops reading with its consumer', async () => {
    for (const compression of KINDS) {
      const long = Array.from({ length: 99_000 }, (_, k) => `${(k * 7919) % 1_000_003}\n`);
      const packed = PACK[compression](long.join(''));
      const broken: ByteSource = {
        ...memorySource(packed, 'a'),
        read: () => Promise.reject(new CorruptSourceError('the source is gone')),
      };
      const options = { compression, maxTextBytes: 1e9, blockBytes: 1000 };
      await expect(collect(readText(broken, options))).rejects.toThrow('the source is gone');
      let reads = 0;
      const counted: ByteSource = {
        ...memorySource(packed, 'a'),
        read: (range) => {
          reads++;
          return memorySource(packed).read(range);
        },
      };
      for await (const piece of readText(counted, options)) {
        expect(piece.length).toBeGreaterThan(0);
        break;
      }
      expect(reads).toBeLessThan(packed.length / 1000);
    }
  });
});
