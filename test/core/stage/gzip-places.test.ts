import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { gzipIndexTask, openGzip } from '#core/stage/gzip-index.ts';
import { openPlaces, PLAIN_PLACES } from '#core/stage/gzip-places.ts';
import { wholeIndex } from '#support/whole-index.ts';

const MIB = 1024 * 1024;

/** Hexadecimal digits that compress to about half of their length. */
function noise(bytes: number): Buffer {
  const blocks = Array.from({ length: bytes / 128 }, (_, i) =>
    createHash('sha512').update(String(i)).digest('hex'),
  );
  return Buffer.from(blocks.join(''));
}

/** First what compresses to half, then what nearly vanishes. */
const text = Buffer.concat([noise(6 * MIB), Buffer.alloc(6 * MIB, 'a\n')]);
const packed = Buffer.concat([
  gzipSync(text.subarray(0, 6 * MIB), { level: 1 }),
  gzipSync(text.subarray(6 * MIB)),
]);
const source = memorySource(packed, 's3://b/x.csv.gz');
const sizes = { compressedBytes: packed.length, bytes: text.length };

const { pieces } = await wholeIndex([packed], gzipIndexTask(source).stream);
const index = memorySource(Buffer.concat(pieces), 'text.idx');

describe('places in a gzip text', () => {
  it('are known by its seek index', async () => {
    const { textAt, storedAt } = await openPlaces(index, sizes);
    expect([textAt(0), storedAt(0)]).toEqual([0, 0]);
    expect([textAt(packed.length), storedAt(text.length)]).toEqual([text.length, packed.length]);
    // A third of what compresses to half lies in a third of nearly all bytes.
    expect(storedAt(2 * MIB) / packed.length).toBeCloseTo(1 / 3, 1);
    expect(storedAt(6 * MIB) / packed.length).toBeGreaterThan(0.7);
    expect(textAt(packed.length / 3) / MIB).toBeCloseTo(2, 0);
  });

  it('go forward, never beyond the end, and back to nearly where they came from', async () => {
    const { textAt, storedAt } = await openPlaces(index, sizes);
    let [lastText, lastStored] = [0, 0];
    for (let share = 0; share < 1; share += 0.0137) {
      const at = textAt(Math.floor(share * packed.length));
      const stored = storedAt(Math.floor(share * text.length));
      expect(at).toBeGreaterThanOrEqual(lastText);
      expect(stored).toBeGreaterThanOrEqual(lastStored);
      expect([at < text.length, stored < packed.length]).toEqual([true, true]);
      expect(Math.abs(storedAt(at) - share * packed.length)).toBeLessThan(3);
      [lastText, lastStored] = [at, stored];
    }
  });

  it('are the same in a plain text', () => {
    expect([PLAIN_PLACES.textAt(5), PLAIN_PLACES.storedAt(7)]).toEqual([5, 7]);
  });

  it('are refused by an index of another text', async () => {
    const other = openPlaces(index, { ...sizes, bytes: 5 });
    await expect(other).rejects.toThrow(CorruptSourceError);
  });
});

describe('openGzip', () => {
  it('reads the text in the middle, over its members', async () => {
    const opened = await openGzip(source, index);
    expect(opened).toMatchObject({ uri: 's3://b/x.csv.gz', size: text.length });
    const range = { offset: 5 * MIB + 3, length: 2 * MIB };
    const bytes = await opened.read(range);
    const expected = text.subarray(range.offset, range.offset + range.length);
    expect(Buffer.compare(bytes, expected)).toBe(0);
  });
});
