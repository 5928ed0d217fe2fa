import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ManifestError } from '#core/errors.ts';
import { COMPRESSIONS, inflated } from '#core/outputs/compression.ts';

const text = Buffer.alloc(300_000, 'sparse matrices ');
const member = gzipSync(text);

async function* blocksOf(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function contentOf(bytes: Uint8Array, size = bytes.length): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(inflated(blocksOf(bytes, size), 'gzip', 'x.gz')));
}

describe('the content of a chunk', () => {
  it('is stored in two ways', () => {
    expect(COMPRESSIONS).toEqual(['none', 'gzip']);
  });

  it('is what is stored, block by block, where nothing is compressed', async () => {
    const blocks = [Uint8Array.of(1), Uint8Array.of(), Uint8Array.of(2, 3)];
    const stored = (async function* () {
      yield* blocks;
    })();
    const content = await Array.fromAsync(inflated(stored, 'none', 'x'));
    expect(content).toHaveLength(3);
    for (const [index, block] of content.entries()) expect(block).toBe(blocks[index]);
  });

  it('is inflated from blocks of any length', async () => {
    expect(await contentOf(member)).toEqual(text);
    expect(await contentOf(member, 7)).toEqual(text);
  });

  it('is read no further than it is used', async () => {
    let taken = 0;
    const stored = (async function* () {
      for await (const block of blocksOf(gzipSync(Buffer.alloc(50_000_000)), 1000)) {
        taken += 1;
        yield block;
      }
    })();
    for await (const _ of inflated(stored, 'gzip', 'x.gz')) break;
    expect(taken).toBeLessThan(20);
  });

  it.each([
    ['ends too early', member.subarray(0, -1)],
    ['has another CRC-32', new Uint8Array(member).fill(0, -8, -4)],
    ['has another length', new Uint8Array(member).fill(0, -4)],
    ['is no gzip', text],
  ])('fails by name where the gzip %s', async (_, bytes) => {
    await expect(contentOf(bytes)).rejects.toThrow(ManifestError);
    await expect(contentOf(bytes)).rejects.toThrow(/^x\.gz is not whole gzip \(.+\)$/);
  });

  it('passes on what keeps it from being read, as it is', async () => {
    const lost = new Error('connection lost');
    const broken = (async function* () {
      yield member.subarray(0, 50);
      throw lost;
    })();
    await expect(Array.fromAsync(inflated(broken, 'gzip', 'x.gz'))).rejects.toBe(lost);
  });

  it('passes on an error that has a code of another kind', async () => {
    const lost = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const broken = (async function* (): AsyncGenerator<Uint8Array> {
      yield* [];
      throw lost;
    })();
    await expect(Array.fromAsync(inflated(broken, 'gzip', 'x.gz'))).rejects.toBe(lost);
  });
});
