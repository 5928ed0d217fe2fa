import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundExceededError } from '#core/errors.ts';
import type { SourcePin } from '#core/objects/source-pin.ts';
import { ObjectList, parsePins } from '#core/tables/run/object-list.ts';

function pinOf(object: number, uri = `s3://b/ä "${object}".csv`): SourcePin {
  return { uri, etag: `e${object}`, versionId: object % 2 ? `v${object}` : null, size: object };
}

function listOf(pins: readonly SourcePin[]): ObjectList {
  const list = new ObjectList();
  for (const pin of pins) list.add(pin);
  return list;
}

describe('ObjectList', () => {
  const pins = Array.from({ length: 20_000 }, (_, object) => pinOf(object));
  const list = listOf(pins);
  const text = Buffer.concat([...list.pieces()]);

  it('gives all pins as JSON lines, in pieces of bounded size', () => {
    expect(list.count).toBe(20_000);
    expect(list.totalBytes).toBe((20_000 * 19_999) / 2);
    expect(list.textBytes).toBe(text.length);
    expect(text.length).toBeGreaterThan(1024 ** 2);
    expect(Math.max(...[...list.pieces()].map(({ length }) => length))).toBe(1024 ** 2);
    expect(text.toString()).toBe(pins.map((pin) => `${JSON.stringify(pin)}\n`).join(''));
    expect(list.sizeOf(1234)).toBe(1234);
  });

  it('gives the lines of any range of objects, over blocks of the text too', () => {
    const some = fc.tuple(fc.nat(20_000), fc.nat(20_000));
    fc.assert(
      fc.property(some, ([a, b]) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const { offset, length } = list.rangeOf(start, end);
        const lines = text.subarray(offset, offset + length);
        expect(Buffer.from(list.textOf({ offset, length })).equals(lines)).toBe(true);
        expect(parsePins(lines).length).toBe(end - start);
        expect(list.pins(start, end)).toEqual(pins.slice(start, end));
      }),
      { numRuns: 8 },
    );
    expect(list.pins(0, 0)).toEqual([]);
  });

  it('has a digest of all pins', async () => {
    const digest = await list.digest();
    expect(digest).toMatch(/^[0-9a-f]{32}$/);
    expect(await listOf(pins).digest()).toBe(digest);
    for (const place of [0, 999, 1000, 19_999]) {
      const other = pins.with(place, { ...pins[place]!, etag: 'other' });
      expect(await listOf(other).digest()).not.toBe(digest);
    }
    expect(await listOf(pins.slice(0, -1)).digest()).not.toBe(digest);
  });

  it('fails where the names of all objects together are too long', () => {
    const line = `${JSON.stringify(pinOf(0))}\n`;
    const list = new ObjectList(2 * Buffer.byteLength(line));
    list.add(pinOf(0));
    list.add(pinOf(2));
    expect(() => list.add(pinOf(4))).toThrow(BoundExceededError);
    expect(() => list.add(pinOf(4))).toThrow('the first 2 objects');
  });
});
