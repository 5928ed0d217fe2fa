import { crc32, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';

import { inflatedSource } from '#core/containers/deflate/inflated-source.ts';
import { Inflater } from '#core/containers/deflate/inflater.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { withCounting } from '#support/counting-source.ts';
import { wholeIndex } from '#support/whole-index.ts';
import { streams } from './arbitrary-stream.ts';
import { countBytes, noiseBytes } from './count-bytes.ts';
import { gzipMember } from './gzip-file.ts';
import { indexOf } from './index-everywhere.ts';
import { inflatePieces } from './inflate-pieces.ts';

const MIB = 1024 * 1024;
const inflater = new Inflater();

async function builtIndex(plain: Uint8Array, compressed: Uint8Array): Promise<ByteSource> {
  const { pieces } = await wholeIndex([compressed], {
    where: 'x',
    compressedBytes: compressed.length,
    bytes: plain.length,
    crc32: crc32(plain),
  });
  return memorySource(Buffer.concat(pieces), 'x.idx');
}

/** The stream as it lies in an object: other bytes before and behind it. */
function inObject(compressed: Uint8Array) {
  const noise = noiseBytes(101);
  const source = withCounting(memorySource(Buffer.concat([noise, compressed, noise]), 'x.npz'));
  return { source, range: { offset: noise.length, length: compressed.length } };
}

function open(plain: Uint8Array, compressed: Uint8Array, index: ByteSource) {
  const { source, range } = inObject(compressed);
  return {
    source,
    inflated: inflatedSource({ compressed: source, range, size: plain.length, index }),
  };
}

const ranges = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.boolean()), {
  minLength: 1,
  maxLength: 12,
});

describe('inflated bytes', () => {
  test('are the original bytes for reads in any order, alone or at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(streams, ranges, fc.boolean(), async (stream, asked, atOnce) => {
        const { plain, compressed } = await stream;
        const { boundaries } = inflatePieces(inflater, compressed);
        const index = indexOf(plain, compressed, boundaries.slice(0, 1000));
        const { inflated } = open(plain, compressed, index);
        const check = async ([a, b, goOn]: (typeof asked)[number], before: number) => {
          const offset = goOn ? before : a % (plain.length + 1);
          const length = b % (plain.length - offset + 1);
          const bytes = await inflated.read({ offset, length });
          expect(bytes.byteOffset).toBe(0);
          expect(bytes.buffer.byteLength).toBe(length);
          expect(Buffer.compare(bytes, plain.subarray(offset, offset + length))).toBe(0);
          return offset + length;
        };
        if (atOnce) {
          await Promise.all(asked.map((range) => check(range, 0)));
          return;
        }
        let end = 0;
        for (const range of asked) end = await check(range, end);
      }),
      { numRuns: 300 },
    );
  });

  test('are right for a stream of many MiB with a real index', async () => {
    for (const [plain, level] of [
      [countBytes(12 * MIB), 6],
      [noiseBytes(6 * MIB), 6],
      [noiseBytes(6 * MIB), 0],
    ] as const) {
      const compressed = deflateRawSync(plain, { level });
      const { inflated } = open(plain, compressed, await builtIndex(plain, compressed));
      for (let i = 1; i < 12; i++) {
        const offset = Math.floor((plain.length * ((i * 7) % 12)) / 12) + i;
        const length = 70_000 * i;
        const bytes = await inflated.read({ offset, length });
        expect(Buffer.compare(bytes, plain.subarray(offset, offset + length))).toBe(0);
      }
    }
  });

  test('are right for a gzip file of many members, read from a real index in any order', async () => {
    const parts = [countBytes(5 * MIB), noiseBytes(3 * MIB), new Uint8Array(), countBytes(9 * MIB)];
    const small = Array.from({ length: 400 }, (_, i) => noiseBytes(100 + i));
    const plain = Buffer.concat([...parts, ...small]);
    const compressed = Buffer.concat([...parts, ...small].map((part) => gzipMember(part)));
    const { pieces, checkpoints } = await wholeIndex([compressed], {
      where: 'x',
      compressedBytes: compressed.length,
      container: 'gzip',
    });
    expect(checkpoints).toBeGreaterThan(5);
    const index = memorySource(Buffer.concat(pieces), 'x.idx');
    const { source, range } = inObject(compressed);
    const size = plain.length;
    const stream = { compressed: source, range, size, index, container: 'gzip' } as const;
    const inflated = inflatedSource(stream);
    for (let i = 0; i < 24; i++) {
      const offset = Math.floor((plain.length * ((i * 7) % 24)) / 24);
      const length = Math.min(70_000 * i, plain.length - offset);
      const bytes = await inflated.read({ offset, length });
      expect(Buffer.compare(bytes, plain.subarray(offset, offset + length))).toBe(0);
    }
    const all = await inflated.read({ offset: 0, length: plain.length });
    expect(Buffer.compare(all, plain)).toBe(0);
  });

  test('have the name and the ETag of their object', async () => {
    const plain = countBytes(100);
    const compressed = deflateRawSync(plain);
    const { source, inflated } = open(plain, compressed, indexOf(plain, compressed, []));
    const { uri, etag, size } = inflated;
    expect({ uri, etag, size }).toEqual({ uri: source.uri, etag: source.etag, size: 100 });
    await expect(inflated.read({ offset: 99, length: 2 })).rejects.toThrow('has 100 bytes, so 2');
    expect(source.reads).toEqual([]);
  });
});

describe('the reads', () => {
  const plain = noiseBytes(16 * MIB);
  const compressed = deflateRawSync(plain, { level: 1 });
  const index = builtIndex(plain, compressed);

  test('read every compressed byte once, 1 MiB at a time, if they follow each other', async () => {
    const counted = withCounting(await index);
    const { source, inflated } = open(plain, compressed, counted);
    for (let offset = 0; offset < plain.length; offset += MIB) {
      await inflated.read({ offset, length: MIB });
    }
    expect(source.bytesRead).toBe(compressed.length);
    expect(source.reads.length).toBeLessThanOrEqual(2 * Math.ceil(compressed.length / MIB));
    expect(Math.max(...source.reads.map(({ length }) => length))).toBeLessThanOrEqual(MIB);
    expect(counted.reads).toHaveLength(1);
  });

  test('read the table, a window and the bytes up to the next checkpoint for a few bytes', async () => {
    const counted = withCounting(await index);
    const { source, inflated } = open(plain, compressed, counted);
    await inflated.read({ offset: 9 * MIB, length: 8 });
    expect(counted.reads).toHaveLength(2);
    expect(counted.bytesRead).toBeLessThan(60_000);
    expect(source.bytesRead).toBeLessThan(2.5 * MIB);
    await inflated.read({ offset: 9 * MIB + 8, length: 8 });
    await inflated.read({ offset: 9 * MIB + 100, length: 80_000 });
    expect(counted.reads).toHaveLength(2);
    const before = source.reads.length;
    await inflated.read({ offset: 9 * MIB, length: 8 });
    expect(source.reads.length).toBeGreaterThan(before);
  });

  test('need one read for many MiB that are small when compressed', async () => {
    const counts = countBytes(16 * MIB);
    const packed = deflateRawSync(counts);
    const { source, inflated } = open(counts, packed, await builtIndex(counts, packed));
    await inflated.read({ offset: 100, length: 11 * MIB });
    expect(source.reads).toHaveLength(1);
    expect(source.bytesRead).toBeLessThan(0.85 * packed.length);
  });

  test('continue at each of two places that are read in turn', async () => {
    const { source, inflated } = open(plain, compressed, await index);
    for (let step = 0; step < 8; step++) {
      for (const start of [0, 8 * MIB]) {
        await inflated.read({ offset: start + step * MIB, length: MIB });
      }
    }
    expect(source.bytesRead).toBeLessThan(compressed.length + 4 * MIB);
  });

  test('begin at checkpoints again if there are more places than are kept', async () => {
    const { inflated } = open(plain, compressed, await index);
    const offsets = Array.from({ length: 12 }, (_, i) => i * MIB + 11);
    for (const offset of [...offsets, ...offsets.map((at) => at + 5)]) {
      const bytes = await inflated.read({ offset, length: 5 });
      expect(Buffer.compare(bytes, plain.subarray(offset, offset + 5))).toBe(0);
    }
  });

  test('hold little memory, even if the checkpoint is far away', async () => {
    const zeros = deflateRawSync(new Uint8Array(200 * MIB), { level: 1 });
    const start = indexOf(Buffer.alloc(0), zeros, []);
    const size = 200 * MIB;
    const head = Buffer.from(await start.read({ offset: 0, length: 36 }));
    head.writeBigUInt64LE(BigInt(size), 16);
    head.writeUInt32LE(crc32(head.subarray(0, 32)), 32);
    const { source, range } = inObject(zeros);
    const inflated = inflatedSource({
      compressed: source,
      range,
      size,
      index: memorySource(head),
    });
    const before = process.memoryUsage().arrayBuffers;
    expect(await inflated.read({ offset: size - 3, length: 3 })).toEqual(Uint8Array.of(0, 0, 0));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
  });
});

describe('what is damaged', () => {
  const plain = noiseBytes(5 * MIB);
  const compressed = deflateRawSync(plain, { level: 1 });
  const built = builtIndex(plain, compressed).then((index) =>
    index.read({ offset: 0, length: index.size }),
  );

  /** Reads with a damaged index. Returns the error instead, if there is one. */
  async function readWith(index: Uint8Array, size = plain.length): Promise<Uint8Array> {
    const { source, range } = inObject(compressed);
    const options = { compressed: source, range, size, index: memorySource(index, 'x.idx') };
    return inflatedSource(options).read({ offset: 4.5 * MIB, length: 10 });
  }

  test.each([0, 4, 8, 16, 24, 28, 29, 32, 36, 44, 52, 56, -1])(
    'fails on a change of byte %i of the index',
    async (at) => {
      const index = Uint8Array.from(await built);
      index[at < 0 ? index.length + at : at]! ^= 1;
      await expect(readWith(index)).rejects.toThrow(CorruptSourceError);
      await expect(readWith(index)).rejects.toThrow('x.idx is a seek index with');
    },
  );

  test('fails on an index that is cut short anywhere', async () => {
    const index = await built;
    for (const length of [0, 3, 35, 36, 60, 84, index.length - 1]) {
      await expect(readWith(index.subarray(0, length))).rejects.toThrow(CorruptSourceError);
    }
  });

  test('fails on an index of another stream', async () => {
    await expect(readWith(await built, 9 * MIB)).rejects.toThrow(
      `x.idx is a seek index with 5242880 bytes in ${compressed.length} compressed, expected 9437184 in ${compressed.length}; delete it, so that the next run makes it again`,
    );
  });

  test('fails on a damaged stream, and reads on where it can', async () => {
    const index = memorySource(await built);
    const damaged = Uint8Array.from(compressed);
    damaged.fill(0xff, 3 * MIB, 3 * MIB + 1000);
    const { inflated } = open(plain, damaged, index);
    const late = { offset: 4 * MIB, length: 10 };
    await expect(inflated.read(late)).rejects.toThrow(CorruptSourceError);
    await expect(inflated.read(late)).rejects.toThrow('a compressed part of x.npz');
    const early = await inflated.read({ offset: 5, length: 10 });
    expect(Buffer.compare(early, plain.subarray(5, 15))).toBe(0);
  });

  test('fails if the stream has fewer bytes than it should', async () => {
    const short = deflateRawSync(plain.subarray(0, 1000));
    const index = indexOf(plain.subarray(0, 2000), short, []);
    const { inflated } = open(plain.subarray(0, 2000), short, index);
    await expect(inflated.read({ offset: 999, length: 2 })).rejects.toThrow(
      'a compressed part of x.npz holds 1000 bytes, expected 2000',
    );
  });

  test('reads the index again after a failed read of it', async () => {
    const index = memorySource(await built);
    let isBroken = true;
    const flaky: ByteSource = {
      ...index,
      read: async (range) => {
        if (isBroken) throw new Error('throttled');
        return index.read(range);
      },
    };
    const { inflated } = open(plain, compressed, flaky);
    await expect(inflated.read({ offset: 0, length: 1 })).rejects.toThrow('throttled');
    isBroken = false;
    expect(await inflated.read({ offset: 0, length: 1 })).toEqual(plain.slice(0, 1));
  });
});
