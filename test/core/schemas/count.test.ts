import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';
import { count, crc32Digits, ordinal, wholeNumber } from '#core/schemas/count.ts';

function problem(schema: z.ZodMiniType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

describe('a whole number', () => {
  const schema = wholeNumber(2, 5);

  it.each([2, 3, 5])('takes %s', (value) => {
    expect(schema.parse(value)).toBe(value);
  });

  it.each([1, 6, 2.5, -3, Number.NaN, Number.POSITIVE_INFINITY, '3', null, 3n])(
    'fails on %s and says what is allowed',
    (value) => {
      expect(problem(schema, value)).toBe('a whole number from 2 to 5');
    },
  );
});

describe('a count', () => {
  it('is from 0 to the largest safe integer', () => {
    expect(count.parse(0)).toBe(0);
    expect(count.parse(2 ** 53 - 1)).toBe(2 ** 53 - 1);
    expect(problem(count, -1)).toBe('a whole number from 0 to 9007199254740991');
    expect(problem(count, 2 ** 53)).toBeDefined();
  });
});

describe('an ordinal', () => {
  it('is from 1 to the largest safe integer', () => {
    expect(ordinal.parse(1)).toBe(1);
    expect(ordinal.parse(2 ** 53 - 1)).toBe(2 ** 53 - 1);
    expect(problem(ordinal, 0)).toBe('a whole number from 1 to 9007199254740991');
  });
});

describe('the digits of a CRC-32', () => {
  it('are eight, hexadecimal and small', () => {
    expect(crc32Digits.parse('0123cdef')).toBe('0123cdef');
    for (const text of ['0123cde', '0123cdef0', '0123CDEF', '0123cdeg', '', ' 123cdef', 1]) {
      expect(problem(crc32Digits, text)).toBeDefined();
    }
  });
});
