import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { textPart } from '#core/outputs/gzip/text-part.ts';
import { PART_BYTES_OF_OBJECT } from '#core/outputs/single-object.ts';

const facts = { shape: [2, 3], nnz: 1, dtype: 'float64' } as const;
const bounds = () => ({ min: 4, max: 12_345 });

describe('the part of an object that a text becomes', () => {
  it('is the text itself where it is plain', () => {
    const plain = textPart('none', bounds);
    expect(plain.bounds(facts)).toEqual({ min: 4, max: 12_345 });
    expect(plain.lengthen).toBeUndefined();
  });

  it('is a member of gzip that is as long as S3 asks of a part', () => {
    const packed = textPart('gzip', bounds);
    const { least } = PART_BYTES_OF_OBJECT;
    const { min, max } = packed.bounds(facts);
    expect(min).toBe(least);
    expect(max).toBeGreaterThan(least + 12_345);
    const part = packed.lengthen!(gzipSync('1,0,0\n'));
    expect(part.length).toBeGreaterThanOrEqual(least);
    expect(part.length).toBeLessThanOrEqual(max);
    expect(gunzipSync(part).toString()).toBe('1,0,0\n');
  });
});
