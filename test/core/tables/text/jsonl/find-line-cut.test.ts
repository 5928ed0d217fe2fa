import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { findLineCut } from '#core/tables/text/jsonl/find-line-cut.ts';

describe('findLineCut', () => {
  it('finds the first line that begins at a byte or behind it', async () => {
    const source = memorySource(Buffer.from('{"a":1}\n{"a":2}\r\n\n{"a":3}'));
    const found: (number | undefined)[] = [];
    for (let at = 1; at <= source.size; at++) found.push(await findLineCut(source, at));
    const expected = Array.from({ length: source.size }, (_, k) => {
      const at = k + 1;
      return [8, 17, 18].find((line) => line >= at) ?? source.size;
    });
    expect(found).toEqual(expected);
  });

  it('reads on for long lines, but not for ever', async () => {
    const long = memorySource(Buffer.from(`${'x'.repeat(3_000_000)}\n{}\n`));
    expect(await findLineCut(long, 5)).toBe(3_000_001);
    const endless = memorySource(Buffer.alloc(6_000_000, 'x'));
    expect(await findLineCut(endless, 5)).toBeUndefined();
    expect(await findLineCut(endless, 5_000_000)).toBe(6_000_000);
  });
});
