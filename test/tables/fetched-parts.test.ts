import { expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { withCounting } from '#support/counting-source.ts';
import { fetchedParts } from '#tables/fetched-parts.ts';
import type { TextPart } from '#tables/table-slice.ts';

const MiB = 1024 * 1024;

it('reads small objects ahead, once each, and large ones when they are used', async () => {
  const sizes = [1, 3 * MiB, 5 * MiB, 0, 7, ...Array<number>(40).fill(MiB)];
  const sources = sizes.map((size) => withCounting(memorySource(new Uint8Array(size))));
  const parts = sources.map((source): TextPart => ({ source, compression: 'none', start: 0 }));
  let at = 0;
  for await (const part of fetchedParts(parts)) {
    expect(part.source.size).toBe(sizes[at]);
    const isLarge = sizes[at] === 5 * MiB;
    const { reads } = sources[at]!;
    expect(reads.length).toBe(isLarge || sizes[at] === 0 ? 0 : 1);
    await part.source.read({ offset: 0, length: sizes[at]! });
    expect(reads.length).toBe(sizes[at] === 0 ? 0 : 1);
    const ahead = sources
      .slice(at)
      .filter(({ size, reads: { length } }) => size < 4 * MiB && length);
    expect(ahead.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(32 * MiB);
    if (at === 0) expect(ahead.length).toBeGreaterThan(20);
    at += 1;
  }
  expect(at).toBe(sizes.length);
});
