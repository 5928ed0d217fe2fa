import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatBytes, formatCount } from '#cli/frame/format-figures.ts';
import { parseCount, parseRows, parseSize, rowsWithin } from '#cli/options/argument-parsers.ts';
import { sampleIndices } from '#cli/verify/sample-indices.ts';

describe('sizes', () => {
  test.each([
    ['64MiB', 67_108_864],
    ['64 mib', 67_108_864],
    ['500KB', 500_000],
    ['1.5GB', 1_500_000_000],
    ['1GiB', 1_073_741_824],
    ['1048576', 1_048_576],
    ['64M', 67_108_864],
    ['1G', 1_073_741_824],
    ['1TiB', 1_099_511_627_776],
    ['2k', 2048],
    ['1TB', 1_000_000_000_000],
    ['10B', 10],
  ])('%s is %i bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each(['', '0', 'MiB', '-1MB', '1e9', '64X', '0.3B', '9999999999GB'])(
    'fails for %j',
    (text) => {
      expect(() => parseSize(text)).toThrow('Allowed are bytes');
    },
  );
});

describe('rows', () => {
  test.each([
    ['2:5', { rowStart: 2, rowEnd: 5 }],
    ['2:', { rowStart: 2, rowEnd: 9 }],
    [':5', { rowStart: 0, rowEnd: 5 }],
    ['0:0', { rowStart: 0, rowEnd: 0 }],
    ['9:9', { rowStart: 9, rowEnd: 9 }],
  ])('%s of nine rows', (text, range) => {
    expect(rowsWithin(parseRows(text), 9)).toEqual(range);
  });

  test('are all rows when none are asked for', () => {
    expect(rowsWithin(undefined, 9)).toEqual({ rowStart: 0, rowEnd: 9 });
  });

  test.each(['', ':', '5', 'a:b', '-1:5', '5:2', '1:2:3', '1.5:2'])('fail for %j', (text) => {
    expect(() => parseRows(text)).toThrow('Allowed are ranges');
  });

  test.each(['0:10', '10:', ':10'])('fail for %s when there are nine', (text) => {
    expect(() => rowsWithin(parseRows(text), 9)).toThrow('--rows must lie within 0:9');
  });
});

test.each(['0', '-1', '1.5', 'many', ''])('a count fails for %j', (text) => {
  expect(() => parseCount(text)).toThrow('whole numbers');
});

test('a sample holds different chunks of the run in order, and is the same for one seed', () => {
  const settings = {
    count: fc.integer({ min: 1, max: 500 }),
    sample: fc.integer({ min: 1, max: 50 }),
  };
  fc.assert(
    fc.property(fc.record({ ...settings, seed: fc.nat() }), ({ count, sample, seed }) => {
      const indices = sampleIndices(count, sample, seed);
      expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
      expect(indices).toHaveLength(Math.min(count, sample));
      expect(indices.every((index) => index >= 0 && index < count)).toBe(true);
      expect(sampleIndices(count, sample, seed)).toEqual(indices);
    }),
  );
});

test('two seeds draw two samples', () => {
  expect(sampleIndices(1000, 5, 1)).not.toEqual(sampleIndices(1000, 5, 2));
});

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1 KB'],
  [1_673_338_965, '1.67 GB'],
  [20e12, '20 TB'],
])('%i bytes are shown as %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('counts are shown in groups of three digits', () => {
  expect(formatCount(117_791)).toBe('117,791');
});
