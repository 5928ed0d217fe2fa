import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { memorySource } from '#core/bytes/memory-source.ts';
import { describeDoubt, looksLike, matches } from '#core/sparse/formats/svmlight/matches.ts';

function asHead(text: string): Uint8Array {
  return new TextEncoder().encode(text).subarray(0, 1024);
}

it.each([
  '1 1:0.5 7:2\n',
  '1 1:0.5',
  '# comment\n\n  \n-1.5 qid:3 1:2 # more\r\n+1\n',
  '1,2 1:0.5\n',
  '3:4 5:6\n',
  `1 ${Array.from({ length: 400 }, (_, i) => `${i}:1`).join(' ')}\n`,
  `1 1:2\n${'2 '.padStart(1015)}3:4 5:6\n`,
  '0 1:nan 2:inf 3:1_0\n',
  '3 5 4\n0,2 0:1.5 3:2.0\n',
])('knows %j', (text) => {
  expect(matches(asHead(text))).toBe(true);
  expect(matches(gzipSync(text))).toBe(true);
});

it.each([
  '',
  '\n\n',
  '# only a comment\n',
  '1,2,3\n4,5,6\n',
  '1\n2\n3\n',
  '1 2 3\n',
  'a b c\n1 1:2\n',
  '1 1:2\nname 1:2\n',
  '{"a": 1}\n',
  '2024-01-01 12:30:00 started\n',
  '1 qid:1 2\n',
  '1 2:\n',
  '%%MatrixMarket matrix coordinate real general\n',
  `${'#'.repeat(2000)}\n1 1:2\n`,
  'PK\x03\x04 1:2',
])('leaves %j to others', (text) => {
  expect(matches(asHead(text))).toBe(false);
});

it('does not match damaged gzip', () => {
  const bytes = gzipSync('1 1:2\n');
  expect(matches(bytes.with(3, 0xff).with(12, 0xff))).toBe(false);
  expect(matches(bytes.subarray(0, 12))).toBe(false);
});

describe('a second look', () => {
  it.each([
    ['a comment of 5,000 bytes', `# ${'long '.repeat(1000)}\n1 1:2\n`],
    ['1,100 blank lines', `${'\n'.repeat(1100)}1 1:2`],
    ['500 rows of a label alone', `${'-1\n'.repeat(500)}1 1:2\n`],
    ['a comment as long as a read', `#${'x'.repeat(64 * 1024 - 2)}\n1 1:2\n`],
  ])('finds the first row behind %s', async (_, text) => {
    expect(matches(asHead(text))).toBe(false);
    expect(await looksLike(memorySource(new TextEncoder().encode(text), 'x'))).toBe(true);
    expect(await looksLike(memorySource(gzipSync(text), 'x'))).toBe(true);
  });

  it.each([
    ['labels alone', '1\n2\n'],
    ['nothing', ' '],
    ['another line before the first row', `${'\n'.repeat(1100)}name\n1 1:2\n`],
    ['a first row behind more than 1 MiB', `${'\n'.repeat(1_200_000)}1 1:2\n`],
  ])('does not take a text with %s', async (_, text) => {
    expect(await looksLike(memorySource(new TextEncoder().encode(text), 'x'))).toBe(false);
  });
});

describe('a doubt', () => {
  it.each([
    ['1 1:0.5 2:abc\n+1 1:0.5\n', 'looks like svmlight, but its line 1 is not a label'],
    ['1 1:0.5\nlabel 2:1\n', 'line 2 is not a label and entries of index:value: "label 2:1"'],
    ['1\n-1\n', 'has numbers alone, which may be the labels of svmlight rows'],
  ])('about %j is explained', (text, words) => {
    expect(describeDoubt(asHead(text))).toContain(words);
    expect(describeDoubt(asHead(text))).toContain('--format svmlight');
  });

  it.each(['name,value\n', '# nothing\n', '\u0001\u0002'])('about %j there is none', (text) => {
    expect(describeDoubt(asHead(text))).toBeUndefined();
  });
});
