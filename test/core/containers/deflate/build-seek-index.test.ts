import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { combineCrc32 } from '#core/checksum/crc32.ts';
import { readCheckpoints, readWindow } from '#core/containers/deflate/seek-index.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { wholeIndex } from '#support/whole-index.ts';
import { streams } from './arbitrary-stream.ts';
import { countBytes, noiseBytes } from './count-bytes.ts';
import { BitWriter } from './deflate-writer.ts';
import { cut } from './inflate-pieces.ts';

const MIB = 1024 * 1024;

function streamOf(plain: Uint8Array, compressed: Uint8Array) {
  const where = 'data.npy in x.npz';
  return { where, compressedBytes: compressed.length, bytes: plain.length, crc32: crc32(plain) };
}

async function indexBytes(plain: Uint8Array, compressed: Uint8Array, pieceBytes = 300_000) {
  const pieces = cut(compressed, [pieceBytes]);
  const index = await wholeIndex(pieces, streamOf(plain, compressed));
  return { ...index, bytes: Buffer.concat(index.pieces) };
}

describe('a seek index', () => {
  test.each([
    ['counts', () => countBytes(24 * MIB), 6, 8],
    ['noise', () => noiseBytes(9 * MIB), 6, 3],
    ['noise in stored blocks', () => noiseBytes(9 * MIB), 0, 3],
    ['one value', () => new Uint8Array(64 * MIB), 6, 8],
  ] as const)('of %s is small, but has enough checkpoints', async (_, make, level, least) => {
    const plain = make();
    const compressed = deflateRawSync(plain, { level });
    const { bytes, checkpoints } = await indexBytes(plain, compressed);
    expect(checkpoints).toBeGreaterThanOrEqual(least);
    expect(bytes.length).toBeLessThanOrEqual(0.02 * compressed.length);
    const source = memorySource(bytes);
    const size = { compressedBytes: compressed.length, bytes: plain.length };
    const places = await readCheckpoints(source, size);
    expect(places).toHaveLength(checkpoints + 1);
    for (const place of places) {
      const window = plain.subarray(Math.max(0, place.offset - 32_768), place.offset);
      expect(Buffer.compare(await readWindow(source, place), window)).toBe(0);
    }
    for (const [i, { offset }] of places.slice(1).entries()) {
      expect(offset - places[i]!.offset).toBeGreaterThanOrEqual(2 * MIB);
    }
  });

  test('stays small if the stream compresses but its windows do not', async () => {
    const plain = Buffer.concat(new Array<Uint8Array>(3000).fill(noiseBytes(8000)));
    const compressed = deflateRawSync(plain);
    const { bytes, checkpoints } = await indexBytes(plain, compressed);
    expect(plain.length / compressed.length).toBeGreaterThan(100);
    expect(bytes.length).toBeLessThanOrEqual(0.02 * compressed.length);
    expect(checkpoints).toBe(0);
  });

  test.each([
    ['just below 2 % of the bytes before it', 1_615_000, [0, 2 * MIB]],
    ['just above 2 % of the bytes before it', 1_600_000, [0]],
  ])('has a checkpoint after exactly 2 MiB if it takes %s', async (_, noise, offsets) => {
    const plain = new Uint8Array(2 * MIB);
    plain.set(noiseBytes(noise));
    plain.set(noiseBytes(32_768), plain.length - 32_768);
    const flush = { finishFlush: constants.Z_SYNC_FLUSH };
    const blocks = [plain.subarray(0, -1), plain.subarray(-1)].map((b) => deflateRawSync(b, flush));
    const compressed = Buffer.concat([...blocks, Buffer.of(3, 0)]);
    const { bytes } = await indexBytes(plain, compressed);
    const size = { compressedBytes: compressed.length, bytes: plain.length };
    const places = await readCheckpoints(memorySource(bytes), size);
    expect(places.map(({ offset }) => offset)).toEqual(offsets);
  });

  test('is the same however the stream is cut', async () => {
    const plain = countBytes(6 * MIB);
    const compressed = deflateRawSync(plain);
    const { bytes } = await indexBytes(plain, compressed);
    for (const pieceBytes of [1009, 8192, 2 ** 30]) {
      expect((await indexBytes(plain, compressed, pieceBytes)).bytes.equals(bytes)).toBe(true);
    }
  });

  test('is only its header for a short stream', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.integer({ min: 1, max: 4000 }), async (stream, pieceBytes) => {
        const { plain, compressed } = await stream;
        const { bytes, checkpoints } = await indexBytes(plain, compressed, pieceBytes);
        expect(checkpoints).toBe(0);
        expect(bytes).toHaveLength(36);
      }),
      { numRuns: 100 },
    );
  });

  test('has at most 1024 checkpoints for a long stream', async () => {
    const zeros = new Uint8Array(2 * MIB);
    const block = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH });
    const count = 1100;
    function* pieces() {
      for (let i = 0; i < count; i++) yield block;
      yield Uint8Array.of(3, 0);
    }
    let crc = 0;
    for (let i = 0; i < count; i++) crc = combineCrc32(crc, crc32(zeros), zeros.length);
    const { checkpoints } = await wholeIndex(pieces(), {
      where: 'zeros',
      compressedBytes: count * block.length + 2,
      bytes: count * zeros.length,
      crc32: crc,
    });
    expect(checkpoints).toBeGreaterThan(500);
    expect(checkpoints).toBeLessThanOrEqual(1024);
  });
});

const same = (bytes: Buffer) => bytes;

describe('the pass that makes a seek index', () => {
  const plain = countBytes(100_000);
  const compressed = deflateRawSync(plain);
  const right = streamOf(plain, compressed);
  const build = (bytes: Uint8Array, change: Partial<typeof right> = {}) =>
    wholeIndex([bytes], { ...right, compressedBytes: bytes.length, ...change });

  test.each([
    ['another CRC-32', same, { crc32: 1 }, 'is damaged: its CRC-32 is'],
    ['fewer bytes', same, { bytes: 100_001 }, 'holds 100000 bytes, its directory claims 100'],
    ['more bytes', same, { bytes: 99_999 }, 'holds more than the 99999 bytes it claims'],
    ['no bytes', () => Buffer.of(), {}, 'claims 100000 bytes in 0 compressed, which hold fewer'],
    ['nothing for nothing', () => Buffer.of(), { bytes: 0 }, 'is cut short'],
    [
      'more than deflate can hold',
      () => Buffer.alloc(96),
      {},
      'claims 100000 bytes in 96 compressed, which hold fewer; copy or save the file again',
    ],
    [
      'a byte behind its end',
      (all: Buffer) => Buffer.concat([all, Buffer.of(0)]),
      {},
      'ends at byte',
    ],
    ['fewer pieces than there should be', same, { compressedBytes: 1e6 }, 'is cut short'],
    ['a part of it', (all: Buffer) => all.subarray(0, 2000), {}, 'is cut short'],
  ])('fails on %s', async (_, change, claim, sentence) => {
    const bytes = change(compressed);
    await expect(build(bytes, claim)).rejects.toThrow(CorruptSourceError);
    await expect(build(bytes, claim)).rejects.toThrow(`data.npy in x.npz ${sentence}`);
  });

  test('fails on bytes after the end of the stream', async () => {
    const pieces = [compressed, compressed, compressed];
    const whole = { ...right, compressedBytes: 3 * compressed.length };
    await expect(wholeIndex(pieces, whole)).rejects.toThrow(
      `ends at byte ${compressed.length} of ${whole.compressedBytes} compressed`,
    );
  });

  test('fails on an endless stream as soon as it is longer than claimed', async () => {
    let pieces = 0;
    function* endless() {
      const zeros = deflateRawSync(new Uint8Array(MIB), { finishFlush: constants.Z_SYNC_FLUSH });
      for (;;) {
        pieces++;
        yield zeros;
      }
    }
    const claim = { where: 'a bomb', compressedBytes: 1e9, bytes: 10 * MIB, crc32: 0 };
    await expect(wholeIndex(endless(), claim)).rejects.toThrow('holds more than the 10485760');
    expect(pieces).toBe(11);
  });

  test('reads a megabyte of empty blocks in a short time', async () => {
    const empty = new BitWriter();
    for (let i = 0; i < 4; i++) empty.number(2, 10);
    const blocks = Buffer.concat(new Array<Uint8Array>(200_000).fill(empty.bytes()));
    const bytes = Buffer.concat([blocks, Buffer.of(3, 0)]);
    const { checkpoints } = await build(bytes, { bytes: 0, crc32: 0 });
    expect(checkpoints).toBe(0);
  });

  test('fails on any damage that changes the inflated bytes', async () => {
    const holdsPlain = (bytes: Uint8Array) => {
      try {
        return Buffer.compare(inflateRawSync(bytes), plain) === 0;
      } catch {
        return false;
      }
    };
    const change = fc.tuple(fc.nat(compressed.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Uint8Array.from(compressed);
        for (const [at, bits] of changes) bytes[at]! ^= bits;
        const outcome = await build(bytes).then(
          () => 'fine',
          (error) => error,
        );
        if (outcome === 'fine') expect(holdsPlain(bytes)).toBe(true);
        else expect(outcome).toBeInstanceOf(CorruptSourceError);
      }),
      { numRuns: 500 },
    );
  });
});
