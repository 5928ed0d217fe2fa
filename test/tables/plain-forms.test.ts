import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvRelation } from '#core/tables/schema/csv-relation.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { selectBadSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { plainForms } from '#tables/plain-forms.ts';
import { openScratch, type Scratch } from '#test/core/tables/schema/support/scratch.ts';
import { PLAIN } from '#test/core/tables/text/csv/arbitrary-csv.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});
afterAll(() => scratch.close());

const whole = fc.stringMatching(/^-?\d{1,21}$/);
const edges = [7, 8, 15, 16, 31, 32, 63, 64].flatMap((bits) =>
  [-1n, 0n, 1n].flatMap((more) => [
    `${2n ** BigInt(bits) + more}`,
    `-${2n ** BigInt(bits) + more}`,
  ]),
);
const short = fc.stringMatching(/^-?\d{0,6}\d(\.\d{0,2})?$/);
const number = fc.oneof(short, fc.stringMatching(/^-?(\d{1,31}(\.\d{0,9})?|\.\d{1,9})$/));
const exponent = fc.stringMatching(/^-?\d{1,9}(\.\d{0,9})?[eE]([+]?\d|-\d{1,2})$/);
const day = fc
  .tuple(fc.stringMatching(/^[012]\d{3}$/), fc.nat({ max: 13 }), fc.nat({ max: 32 }))
  .map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
const time = fc.stringMatching(/^[ T][0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,6})?$/);
const moment = fc.tuple(day, time).map(([date, clock]) => date + clock);

const VALUES = {
  boolean: fc.mixedCase(fc.constantFrom('true', 'false')),
  ...Object.fromEntries(
    ['tinyint', 'smallint', 'integer', 'bigint', 'utinyint', 'uinteger', 'ubigint'].map((type) => [
      type,
      fc.oneof(whole, fc.constantFrom(...edges)),
    ]),
  ),
  'decimal(5,2)': short,
  'decimal(18,0)': whole,
  'decimal(38,9)': number,
  float: fc.oneof(number, exponent),
  double: fc.oneof(number, exponent),
  date: day,
  timestamp: moment,
};

/** A column of texts, as the engine reads it by its type or as a text. */
async function selection(texts: readonly string[], typeName: string, isTyped: boolean) {
  const type = parseType(typeName);
  const path = await scratch.file(`x\n${texts.map((text) => `${text}\n`).join('')}`);
  const file = { paths: [path], types: [isTyped ? type : TEXT], recordBytes: 100 };
  const relation = csvRelation({ ...file, delimiter: ',', quote: '"', nullText: [''] });
  return { sources: [{ column: { name: 'v', type, lossy: false }, at: 0 }], relation };
}

async function values(...given: Parameters<typeof selection>) {
  return await scratch.texts(selectSql(await selection(...given)));
}

async function badPlaces(texts: readonly string[], type: string): Promise<readonly number[]> {
  const rows = await scratch.rows(selectBadSql(await selection(texts, type, false)));
  return rows.map(({ ordinal }) => Number(ordinal));
}

describe('plainForms', () => {
  it.each(Object.entries(VALUES))(
    'has the engine read %s as the strict cast does, where a field is plain',
    async (type, arbitrary) => {
      const texts = fc.sample(arbitrary, { numRuns: 300, seed: 7 });
      const bad = await badPlaces(texts, type);
      const good = texts.filter((_, place) => !bad.includes(place));
      expect(await values(good, type, true)).toEqual(await values(good, type, false));
      for (const place of bad.slice(0, 20)) {
        const refused = values([texts[place]!], type, true);
        await expect(refused, texts[place]).rejects.toMatchObject({ kind: 'conversion' });
      }
    },
  );

  it('asks about fields of one column that may not lose, and of types that have a form', () => {
    const column = (type: string, lossy = false) => ({ name: 'v', type: parseType(type), lossy });
    const sources = [
      { column: column('integer'), at: 0 },
      { column: column('decimal(9,2)'), at: 2 },
      { column: column('varchar'), at: 3 },
      { column: column('integer', true), at: 4 },
      { column: column('integer[]'), at: 5 },
      { column: column('date'), at: 6 },
      { column: column('date'), at: 6 },
      { column: column('date') },
    ];
    const slice = { format: 'csv', csv: PLAIN, fields: 7, parts: [], sources } as const;
    expect(plainForms(slice, 7)).toEqual([
      { kind: 'whole', digits: 10 },
      undefined,
      { kind: 'decimal', digits: 2 },
      ...[undefined, undefined, undefined, undefined],
    ]);
  });
});
