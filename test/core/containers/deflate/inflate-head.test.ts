import { constants, deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { inflateHead } from '#core/containers/deflate/inflate-head.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { withCounting } from '#support/counting-source.ts';
import { streams } from './arbitrary-stream.ts';
import { countBytes, noiseBytes } from './count-bytes.ts';

function head(compressed: Uint8Array, length: number) {
  const source = withCounting(memorySource(compressed, 'x.npz'));
  const range = { offset: 0, length: compressed.length };
  return { source, bytes: inflateHead(source, range, length) };
}

describe('the head of a stream', () => {
  test('is the first inflated bytes', async () => {
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(), async (stream, wanted) => {
        const { plain, compressed } = await stream;
        const length = wanted % (Math.min(plain.length, 10_000) + 1);
        const { bytes } = head(compressed, length);
        expect(Buffer.compare(await bytes, plain.subarray(0, length))).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  test('takes one read for 128 bytes, and several for more', async () => {
    for (const plain of [countBytes(1_000_000), noiseBytes(1_000_000)]) {
      const compressed = deflateRawSync(plain);
      const small = head(compressed, 128);
      await small.bytes;
      expect(small.source.reads).toEqual([{ offset: 0, length: 896 }]);
      const large = head(compressed, 10_000);
      await large.bytes;
      expect(large.source.reads.length).toBeLessThanOrEqual(5);
    }
  });

  test('fails if the stream has fewer bytes', async () => {
    const { bytes } = head(deflateRawSync(countBytes(100)), 101);
    await expect(bytes).rejects.toThrow(CorruptSourceError);
    const again = head(deflateRawSync(countBytes(100)), 101);
    await expect(again.bytes).rejects.toThrow('holds 100 bytes in its first');
  });

  test('fails if 64 KiB inflate to nothing', async () => {
    const empty = deflateRawSync(Buffer.of(), { finishFlush: constants.Z_SYNC_FLUSH });
    const compressed = Buffer.concat(new Array<Buffer>(100_000).fill(empty));
    const { source, bytes } = head(compressed, 1);
    await expect(bytes).rejects.toThrow('holds 0 bytes in its first 65536 compressed ones');
    expect(source.bytesRead).toBe(65_536);
  });

  test('fails on a damaged stream', async () => {
    await expect(head(Buffer.of(7), 1).bytes).rejects.toThrow(
      'a compressed part of x.npz has a block of unknown type',
    );
  });
});
