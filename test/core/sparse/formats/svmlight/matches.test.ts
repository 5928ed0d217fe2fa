import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { matches } from '#core/sparse/formats/svmlight/matches.ts';

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
