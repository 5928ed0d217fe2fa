import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { identifier, literal } from '#core/tables/schema/quote.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

const ATTACKS = [
  `'`,
  `"`,
  `''`,
  `"; DROP TABLE t; --`,
  `'; SELECT 1; --`,
  `a'b"c`,
  `\\'`,
  '$$x$$',
  '$1',
  '/* */ -- ',
  'a\nb\r\nc\t',
  ' \u00a0\u2003 ',
  '\u202Eabc',
  'é😀\u{10FFFF}',
  `E'\\x41'`,
  `) FROM read_text('/etc/hostname`,
  'SELECT',
];

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

describe('literal and identifier', () => {
  it.each(ATTACKS)('keep %j as a text and as a name', async (text) => {
    const select = `SELECT ${literal(text)} AS ${identifier(text)}`;
    expect(await scratch.rows(select)).toEqual([{ [text]: text }]);
  });

  it.each(['a\0b', '\ud800'])('refuse %j', (text) => {
    expect(() => literal(text)).toThrow(RequestError);
    expect(() => identifier(text)).toThrow(RequestError);
  });
});
