import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkLines } from '#core/outputs/check-lines.ts';

async function check(...blocks: readonly string[]) {
  return await checkLines(
    (async function* () {
      yield* blocks.map((block) => new TextEncoder().encode(block));
    })(),
  );
}

test.each([
  ['', 0],
  ['a,b\n1,2\n', 2],
  ['"a\nb","c""\n""d"\n1,2\n', 2],
  ['""\n""\n', 2],
  ['"a","b"\n"c\n\n\n"\n', 2],
])(
  'the lines of %j are counted, but not in a quoted cell, however it is cut',
  async (text, lines) => {
    const whole = { bytes: text.length, records: lines, crc32: crc32(text) };
    expect(await check(text)).toEqual(whole);
    expect(await check(...text)).toEqual(whole);
  },
);
