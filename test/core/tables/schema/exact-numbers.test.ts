import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { literal } from '#core/tables/schema/quote.ts';
import { selectBadSql, selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 });
const number = fc
  .record({
    space: fc.constantFrom('', '', '', ' '),
    sign: fc.constantFrom('', '', '-', '+'),
    whole: digits,
    point: fc.constantFrom('', '.', '.'),
    fraction: fc.oneof(digits, fc.constantFrom('', '0', '00', '50', '25')),
    exponent: fc.oneof(fc.constant(''), fc.constantFrom('e1', 'E2', 'e+3', 'e-1', 'e-2', 'e0')),
  })
  .filter(({ whole, point, fraction }) => whole !== '' || (point !== '' && fraction !== ''));

type Parts = typeof number extends fc.Arbitrary<infer T> ? T : never;

function written({ space, sign, whole, point, fraction, exponent }: Parts): string {
  return `${space}${sign}${whole}${point}${point === '' ? '' : fraction}${exponent}${space}`;
}

/** The value times 10^scale, where that is a whole number. */
function exactly(parts: Parts, scale: number): bigint | undefined {
  const fraction = parts.point === '' ? '' : parts.fraction;
  const value = BigInt(`${parts.whole}${fraction}`) * (parts.sign === '-' ? -1n : 1n);
  const shift = scale - fraction.length + Number(parts.exponent.slice(1));
  if (shift >= 0) return value * 10n ** BigInt(shift);
  const divisor = 10n ** BigInt(-shift);
  return value % divisor === 0n ? value / divisor : undefined;
}

/** Whether an exact value may be refused: an exponent is read behind whole numbers only. */
function isOdd({ whole, exponent, fraction }: Parts): boolean {
  const isWhole = whole !== '' && !/[1-9]/.test(fraction);
  return exponent.includes('-') || (exponent !== '' && !isWhole);
}

function maybeRefused(parts: Parts, scale: number, end: bigint): boolean {
  const value = exactly(parts, scale);
  return value === undefined || value >= end || value < -end || isOdd(parts);
}

async function checkNumbers(numbers: readonly Parts[], name: string, scale: number, end: bigint) {
  const column = { name: 'x', type: parseType(name), lossy: false };
  const texts = numbers.map(written);
  const values = texts.map((text) => `(${literal(text)})`).join(', ');
  const relation = { sql: `(SELECT * FROM (VALUES ${values}) t(c0))`, types: [TEXT] };
  const given = { sources: [{ column, at: 0 }], relation };
  const bad = await scratch.rows(selectBadSql(given));
  const refused = new Set(bad.map(({ ordinal }) => Number(ordinal)));
  for (const at of refused) {
    expect([texts[at], maybeRefused(numbers[at]!, scale, end)]).toEqual([texts[at], true]);
  }
  const good = await scratch.texts(selectGoodSql(given));
  const read = numbers.filter((_, at) => !refused.has(at));
  expect(good.map((text) => BigInt(text!.replace('.', '')))).toEqual(
    read.map((parts) => exactly(parts, scale)),
  );
  const all = scratch.texts(selectSql(given));
  if (refused.size > 0) await expect(all).rejects.toThrow();
  else expect(await all).toEqual(good);
}

describe('exact numbers', () => {
  it.each([
    ['INTEGER', 0, 2n ** 31n],
    ['BIGINT', 0, 2n ** 63n],
    ['DECIMAL(9, 2)', 2, 10n ** 9n],
    ['DECIMAL(18, 5)', 5, 10n ** 18n],
    ['DECIMAL(30, 8)', 8, 10n ** 30n],
  ])(
    '%s: what is read is exact, what is refused is not or is too large',
    async (name, scale, end) => {
      const many = fc.array(number, { minLength: 1, maxLength: 300 });
      const check = (numbers: readonly Parts[]) => checkNumbers(numbers, name, scale, end);
      await fc.assert(fc.asyncProperty(many, check), { numRuns: 15 });
    },
  );
});
