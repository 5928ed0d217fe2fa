import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { literal } from '#core/tables/schema/quote.ts';
import { selectSql } from '#core/tables/schema/select-sql.ts';
import { suggestType } from '#core/tables/schema/suggest-types.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 21 });
const day = fc.date({
  min: new Date('0001-01-01'),
  max: new Date('9999-12-31'),
  noInvalidDate: true,
});
const text = fc.oneof(
  digits,
  digits.map((whole) => `-${whole}`),
  fc.tuple(digits, digits).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.constantFrom('true', 'FALSE', 'NaN', '-inf', '1e400', '1e5', '', ' 1', '1_0', '0x10', 'a'),
  fc.constantFrom('2024-02-30', '2024-02-29', '0000-01-01', '03:04:05', '24:00:00', 'infinity'),
  day.map((date) => date.toISOString().slice(0, 10)),
  day.map((date) => date.toISOString().slice(0, 19)),
  day.map((date) => date.toISOString()),
  fc.uuid(),
);

describe('suggestType', () => {
  it.each([
    [['1', '-128'], 'TINYINT'],
    [['1', null, '128'], 'SMALLINT'],
    [['40000'], 'INTEGER'],
    [['2147483648', '-2147483649'], 'BIGINT'],
    [['-2147483649', '9223372036854775808'], 'VARCHAR'],
    [['99999999999999999999999'], 'VARCHAR'],
    [['007', '12'], 'VARCHAR'],
    [['1.50', '12', '-0.125'], 'DECIMAL(5, 3)'],
    [['1.5', '12345678901234567890.5'], 'DOUBLE'],
    [['1e5', '2'], 'DOUBLE'],
    [['1.5', 'NaN'], 'DOUBLE'],
    [['1e400'], 'VARCHAR'],
    [['true', 'False'], 'BOOLEAN'],
    [['2024-02-29'], 'DATE'],
    [['2024-02-30'], 'VARCHAR'],
    [['2024-02-29T01:02:03', '2024-02-29 01:02:03.5'], 'TIMESTAMP'],
    [['2024-02-29T01:02:03Z', '2024-02-29 01:02:03'], 'TIMESTAMPTZ'],
    [['01:02:03'], 'TIME'],
    [['123e4567-e89b-12d3-a456-426614174000'], 'UUID'],
    [['1', 'a'], 'VARCHAR'],
    [['1', ''], 'VARCHAR'],
    [[null], 'VARCHAR'],
    [[], 'VARCHAR'],
  ])('of %j is %s', (texts, type) => {
    expect(typeSql(suggestType(texts))).toBe(type);
  });

  it('holds every text of the sample without loss', async () => {
    const sample = fc.oneof(
      fc.array(text, { minLength: 1, maxLength: 4 }),
      fc.array(digits, { minLength: 1, maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(sample, async (texts) => {
        const values = texts.map((one) => `(${literal(one)})`).join(', ');
        const relation = { sql: `(SELECT * FROM (VALUES ${values}) t(c0))`, types: [TEXT] };
        const column = { name: 'x', type: suggestType(texts), lossy: false };
        const select = selectSql({ sources: [{ column, at: 0 }], relation });
        expect(await scratch.texts(select)).toHaveLength(texts.length);
      }),
      { numRuns: 150 },
    );
  });
});
