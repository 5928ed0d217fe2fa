import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { encodeText } from '#support/encode-text.ts';

interface HeaderLine {
  readonly columns: readonly string[];
  readonly sep: string;
  readonly quoting: 'minimal' | 'all';
  readonly line: string;
}

function goldenLines(): HeaderLine[] {
  const url = new URL('../../../fixtures/golden/text/header-lines.json', import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as HeaderLine[];
}

const MINIMAL = goldenLines().filter(({ quoting }) => quoting === 'minimal');

test('the golden file holds fifteen lines of minimal quoting', () => {
  expect(MINIMAL).toHaveLength(15);
});

test.each(MINIMAL)("$columns with $sep is what Python's csv module writes", (golden) => {
  const { columns: names, sep: delimiter, line } = golden;
  const dialect = { ...DEFAULT_DIALECT, delimiter };
  const options = { dtype: 'int8', columns: names.length, dialect, names } as const;
  expect(encodeText([], options)).toBe(line);
});

test('a carriage return is quoted, as Python 3.13 does', () => {
  const options = { dtype: 'int8', columns: 2, dialect: DEFAULT_DIALECT } as const;
  expect(encodeText([], { ...options, names: ['a\rb', 'c'] })).toBe('"a\rb",c\n');
});
