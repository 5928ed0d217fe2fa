import { describe, expect, test } from 'vitest';
import { delimiterProblem, naRepProblem } from '#core/outputs/csv/csv-dialect.ts';
import { PROFILE_ALIASES } from '#core/outputs/csv/profiles.ts';

test('the profiles go by their own names and by those of the pandas versions they match', () => {
  expect(PROFILE_ALIASES).toEqual({
    typed: 'typed',
    'pandas-3': 'typed',
    'pandas-2': 'typed',
    zero0: 'zero0',
    'pandas-1': 'zero0',
    empty: 'empty',
  });
});

describe('a delimiter', () => {
  test.each([',', '\t', '|', ';', ' ', ':', '\x01', '\x1f', '~', '\x7f'])('may be %j', (text) => {
    expect(delimiterProblem(text)).toBeUndefined();
  });

  test.each([
    '',
    ',,',
    '\n',
    '\r',
    '\0',
    '"',
    "'",
    '0',
    '9',
    'a',
    'Z',
    '+',
    '-',
    '.',
    'é',
    '\x80',
    '😀',
    ',\n',
  ])('fails as %j', (text) => {
    expect(delimiterProblem(text)).toContain('one ASCII character');
  });
});

describe('a text for NaN', () => {
  test.each(['', 'NULL', 'n/a', 'a,b', 'é€😀', '0', 'x'.repeat(64)])('may be %j', (text) => {
    expect(naRepProblem(text)).toBeUndefined();
  });

  test.each(['\n', 'a\tb', '\x85', '\ud800', 'x'.repeat(65)])('fails as %j', (text) => {
    expect(naRepProblem(text)).toContain('at most 64 characters');
  });
});
