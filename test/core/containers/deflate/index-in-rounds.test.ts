import { constants, crc32, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { combineCrc32 } from '#core/checksum/crc32.ts';
import { buildSeekIndex } from '#core/containers/deflate/build-seek-index.ts';
import type { PassState } from '#core/containers/deflate/index-pass.ts';
import type { IndexedStream } from '#core/containers/deflate/indexed-stream.ts';
import { encodePassState, readPassState } from '#core/containers/deflate/pass-state.ts';
import { readCheckpoints, readDeflatedSize } from '#core/containers/deflate/seek-index.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { wholeIndex } from '#support/whole-index.ts';
import { countBytes, noiseBytes } from './count-bytes.ts';
import { gzipHeader, gzipMember, gzipTrailer, longGzipFiles, longStreams } from './gzip-file.ts';
import { cut } from './inflate-pieces.ts';

const MIB = 1024 * 1024;

/** Pieces after each of which a fake clock may say that the time is up. */
const PIECE_BYTES = 40_000;

/**
 * Makes an index in rounds. The time of a round is up after as many pieces as `limits` says, in
 * turn; the state goes through its bytes. A round without progress gets twice the time.
 */
async function indexInRounds(
  compressed: Uint8Array,
  stream: IndexedStream,
  limits: readonly number[],
): Promise<{ readonly bytes: Buffer; readonly rounds: number }> {
  let from: PassState | undefined;
  let extra = 1;
  for (let round = 1; ; round++) {
    let left = limits[round % limits.length]! * extra;
    const open = (nextByte: number) => cut(compressed.subarray(nextByte), [PIECE_BYTES]);
    const isTimeUp = () => --left <= 0;
    const progress = await buildSeekIndex(open, stream, { from, isTimeUp });
    if ('index' in progress) return { bytes: Buffer.concat(progress.index.pieces), rounds: round };
    extra = progress.state.bit === (from?.bit ?? 0) ? extra * 2 : 1;
    const part = Buffer.concat(encodePassState(progress.state, compressed.length));
    from = await readPassState(memorySource(part, 'part'), compressed.length);
  }
}

const limits = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });

describe('a seek index that is made in rounds', () => {
  test('has the bytes of one made in a single pass, wherever the rounds of a stream end', async () => {
    let most = 0;
    const property = fc.asyncProperty(longStreams, limits, async (file, cuts) => {
      const { plain, compressed } = file;
      const size = { compressedBytes: compressed.length, bytes: plain.length };
      const stream = { where: 'x', ...size, crc32: crc32(plain) };
      const whole = await wholeIndex([compressed], stream);
      const { bytes, rounds } = await indexInRounds(compressed, stream, cuts);
      expect(bytes.equals(Buffer.concat(whole.pieces))).toBe(true);
      most = Math.max(most, rounds);
    });
    await fc.assert(property, { numRuns: 25 });
    expect(most).toBeGreaterThan(3);
  });

  test('has the bytes of one made in a single pass, wherever the rounds of a gzip file end', async () => {
    let most = 0;
    const property = fc.asyncProperty(longGzipFiles, limits, async (file, cuts) => {
      const { plain, compressed } = file;
      const stream = { where: 'x', compressedBytes: compressed.length, container: 'gzip' } as const;
      const whole = Buffer.concat((await wholeIndex([compressed], stream)).pieces);
      const { bytes, rounds } = await indexInRounds(compressed, stream, cuts);
      expect(bytes.equals(whole)).toBe(true);
      expect(await readDeflatedSize(memorySource(whole))).toEqual({
        compressedBytes: compressed.length,
        bytes: plain.length,
      });
      expect(whole.readUInt32LE(24)).toBe(crc32(plain));
      most = Math.max(most, rounds);
    });
    await fc.assert(property, { numRuns: 25 });
    expect(most).toBeGreaterThan(3);
  });

  test('has no more room for windows than one made in a single pass', async () => {
    // It compresses to a third, its windows hardly: every other one is too much.
    const units = cut(noiseBytes(7 * MIB), [24_000]);
    const plain = Buffer.concat([...units].flatMap((unit) => [unit, unit, unit]));
    const compressed = deflateRawSync(plain);
    const size = { compressedBytes: compressed.length, bytes: plain.length };
    const stream = { where: 'x', ...size, crc32: crc32(plain) };
    const whole = await wholeIndex([compressed], stream);
    const considered = Math.floor(plain.length / (2 * MIB));
    expect(whole.checkpoints).toBeGreaterThan(0.3 * considered);
    expect(whole.checkpoints).toBeLessThan(0.8 * considered);
    const { bytes } = await indexInRounds(compressed, stream, [20]);
    expect(bytes.equals(Buffer.concat(whole.pieces))).toBe(true);
  });

  test.each([
    ['the CRC-32 of a stream', { crc32: 1 }],
    ['the length of a stream', { bytes: 6 * MIB + 1 }],
  ])('still proves %s', async (_, claim) => {
    const plain = countBytes(6 * MIB);
    const compressed = deflateRawSync(plain);
    const size = { compressedBytes: compressed.length, bytes: plain.length };
    const stream = { where: 'x', ...size, crc32: crc32(plain), ...claim };
    await expect(indexInRounds(compressed, stream, [10])).rejects.toThrow(CorruptSourceError);
  });

  test('still proves the CRC-32 of a member that it was cut in', async () => {
    const compressed = gzipMember(countBytes(6 * MIB));
    compressed[compressed.length - 8]! ^= 1;
    const stream = { where: 'x', compressedBytes: compressed.length, container: 'gzip' } as const;
    await expect(indexInRounds(compressed, stream, [10])).rejects.toThrow('its CRC-32 is');
  });

  test('stops where it began if no block ends in its time', async () => {
    const compressed = deflateRawSync(countBytes(3 * MIB));
    const stream = { where: 'x', compressedBytes: compressed.length, bytes: 3 * MIB, crc32: 0 };
    const open = () => cut(compressed, [1000]);
    const progress = await buildSeekIndex(open, stream, { isTimeUp: () => true });
    expect(progress).toMatchObject({ state: { bit: 0, offset: 0, checkpoints: [] } });
  });

  test('closes what it reads when it stops', async () => {
    let isClosed = false;
    const compressed = deflateRawSync(countBytes(3 * MIB));
    const stream = { where: 'x', compressedBytes: compressed.length, bytes: 3 * MIB, crc32: 0 };
    function* open() {
      try {
        yield* cut(compressed, [1000]);
      } finally {
        isClosed = true;
      }
    }
    await buildSeekIndex(open, stream, { isTimeUp: () => true });
    expect(isClosed).toBe(true);
  });
});

describe('the index of a gzip file', () => {
  const block = Buffer.concat([countBytes(200_000), new Uint8Array(2 * MIB - 200_000)]);
  const deflated = deflateRawSync(block, { finishFlush: constants.Z_FULL_FLUSH });

  /** A text of so many blocks, in pieces. */
  function* longFile(count: number) {
    yield gzipHeader();
    for (let i = 0; i < count; i++) yield deflated;
    yield Buffer.of(3, 0);
    let crc = 0;
    for (let i = 0; i < count; i++) crc = combineCrc32(crc, crc32(block), block.length);
    yield gzipTrailer(crc, count * block.length);
  }

  test('has every other checkpoint, in half of the places, after more than 1024', async () => {
    const count = 1100;
    const compressedBytes = 10 + count * deflated.length + 2 + 8;
    const stream = { where: 'x', compressedBytes, container: 'gzip' } as const;
    const { pieces, checkpoints } = await wholeIndex(longFile(count), stream);
    // 1,025 checkpoints become 512; two blocks after the last of those the next ones begin.
    const blocks = [
      ...Array.from({ length: 512 }, (_, i) => 2 * (i + 1)),
      ...Array.from({ length: 37 }, (_, i) => 1027 + 2 * i),
    ];
    expect(checkpoints).toBe(blocks.length);
    const size = { compressedBytes, bytes: count * block.length };
    const [, ...places] = await readCheckpoints(memorySource(Buffer.concat(pieces)), size);
    expect(places.map(({ offset }) => offset / block.length)).toEqual(blocks);
  });

  test('fails as soon as it inflates to more than 500 times its size', async () => {
    const bomb = deflateRawSync(new Uint8Array(MIB), { finishFlush: constants.Z_FULL_FLUSH });
    function* pieces() {
      yield gzipHeader();
      for (;;) yield bomb;
    }
    const stream = { where: 'x', compressedBytes: 100_000, container: 'gzip' } as const;
    await expect(wholeIndex(pieces(), stream)).rejects.toThrow(BoundExceededError);
    await expect(wholeIndex(pieces(), stream)).rejects.toThrow(
      'x inflates from 100000 bytes to more than',
    );
  });
});
