import { describe, expect, it } from 'vitest';
import { estimateTable, expectedRunOf } from '#core/cost/estimate-table.ts';
import { assertSlices } from '#core/cost/slices-sentence.ts';

const TERABYTE = { sourceBytes: 1e12, outputBytes: 0.2e12, files: 400 };

describe('estimateTable', () => {
  it('takes some 60 cents for a terabyte of text, and a dollar more with a shuffle', () => {
    const plain = estimateTable(TERABYTE, 200);
    expect(plain.write.total).toBeGreaterThan(0.3);
    expect(plain.write.total).toBeLessThan(0.7);
    const shuffle = { mappers: 2_500, reads: 400_000 };
    const shuffled = estimateTable({ ...TERABYTE, shuffle }, 200);
    expect(shuffled.write.total).toBeGreaterThan(plain.write.total + 0.4);
    expect(shuffled.write.total).toBeLessThan(1.7);
    expect(shuffled.keep).toBe(plain.keep);
  });

  it('takes the time of the largest function, as often as they take turns', () => {
    // A file has 30 s of CPU and 3 GB of network.
    const [once, twice] = [400, 200].map((concurrency) => estimateTable(TERABYTE, concurrency));
    expect(once!.seconds).toBe(10 + 30 + 40);
    expect(twice!.seconds).toBe(10 + 2 * (30 + 40));
    const shuffle = { mappers: 400, reads: 400 };
    const shuffled = estimateTable({ ...TERABYTE, shuffle }, 400);
    expect(shuffled.seconds).toBeCloseTo(10 + (33 + 40) + (21 + 1e9 / 75e6), 0);
  });

  it('stages as many bytes as the output has', () => {
    const { shuffle } = expectedRunOf({ ...TERABYTE, shuffle: { mappers: 3, reads: 4 } });
    expect(shuffle).toEqual({ mappers: 3, reads: 4, bytes: 0.2e12 });
    expect(expectedRunOf(TERABYTE).shuffle).toBeUndefined();
  });

  it('counts each piece that is gathered', () => {
    const at = (reads: number) =>
      estimateTable({ ...TERABYTE, shuffle: { mappers: 10, reads } }, 10).write.s3;
    expect(at(1_000_000) - at(0)).toBeCloseTo(0.8, 6);
  });
});

describe('assertSlices', () => {
  it('refuses more slices than a run may have, and names their price', () => {
    expect(() => assertSlices(1e5 * 40e6, 40e6, 1)).not.toThrow();
    expect(() => assertSlices(65e12, 40e6, 1)).toThrow(
      /^shuffling 65 TB of source takes 1625000 slices, allowed are 100000 .*about \$\d+\)/,
    );
  });
});
