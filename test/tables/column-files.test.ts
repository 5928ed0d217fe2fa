import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsRelation } from '#core/tables/schema/columns-relation.ts';
import { csvRelation } from '#core/tables/schema/csv-relation.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { selectBadSql, selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { ColumnFiles, ColumnsTooLarge } from '#tables/column-files.ts';
import { type ColumnShape, columnKind, TEXT_KIND } from '#tables/column-kinds.ts';
import { openScratch, type Scratch } from '#test/core/tables/schema/support/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});
afterAll(() => scratch.close());

const OF_TEXT: ColumnShape = { delimiter: ',', quote: '"', kinds: [TEXT_KIND] };

/** Columns of fields as they stand in the text, written piece by piece. */
async function write(text: string, shape: ColumnShape, pieceBytes = 1000, maxBytes = 1e9) {
  const directory = await mkdtemp(join(scratch.directory, 'columns-'));
  const files = new ColumnFiles(directory, shape, maxBytes);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      await files.write(bytes.subarray(at, at + pieceBytes));
    }
    return await files.finish();
  } catch (error) {
    await files.remove();
    expect(await readdir(directory)).toEqual([]);
    throw error;
  } finally {
    await files.close();
  }
}

/** A column of fields, read as columns, and by the engine alone. */
async function selections(fields: readonly string[], typeName: string) {
  const type = parseType(typeName);
  const kind = columnKind(type);
  const text = fields.map((field) => `${field}\n`).join('');
  const { paths, plain } = await write(text, { ...OF_TEXT, kinds: [kind] });
  const has = kind === TEXT_KIND ? 'texts' : plain[0] ? 'values' : 'both';
  const lenient = kind === TEXT_KIND ? 'texts' : 'both';
  const file = { paths: [await scratch.file(`x\n${text}`)], types: [TEXT], recordBytes: 1000 };
  const sources = [{ column: { name: 'v', type, lossy: false }, at: 0 }];
  return {
    columns: { sources, relation: columnsRelation(paths, [{ type, has }]) },
    lenient: { sources, relation: columnsRelation(paths, [{ type, has: lenient }]) },
    engine: {
      sources,
      relation: csvRelation({ ...file, delimiter: ',', quote: '"', nullText: [''] }),
    },
    isPlain: plain[0],
  };
}

const whole = fc.stringMatching(/^-?\d{1,21}$/);
const edges = [7, 8, 15, 16, 31, 32, 63, 64].flatMap((bits) =>
  [-1n, 0n, 1n].flatMap((more) => [
    `${2n ** BigInt(bits) + more}`,
    `-${2n ** BigInt(bits) + more}`,
  ]),
);
const short = fc.stringMatching(/^-?\d{0,6}\d(\.\d{0,2})?$/);
const number = fc.oneof(short, fc.stringMatching(/^-?(\d{1,31}(\.\d{0,9})?|\.\d{1,9})$/));
const exponent = fc.stringMatching(/^-?\d{1,9}(\.\d{0,9})?[eE]([+]?\d|-\d{1,3})$/);
const printed = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
const usual = fc.double({ noNaN: true, min: -1e9, max: 1e9 }).map(String);
const day = fc
  .tuple(fc.stringMatching(/^[0-9]{4}$/), fc.nat({ max: 13 }), fc.nat({ max: 32 }))
  .map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
const time = fc.stringMatching(/^[ T][0-2]\d:[0-6]\d:[0-6]\d(\.\d{1,7})?$/);
const moment = fc.tuple(day, time).map(([date, clock]) => date + clock);
/** What stands between digits and what does not belong there. */
const odd = fc.stringMatching(/^[-+.eE:T 0-9_xf]{1,26}$/);
const wholes = fc.oneof(whole, fc.constantFrom(...edges), short);
const floats = fc.oneof(number, exponent, printed, usual);

const FIELDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  boolean: fc.mixedCase(fc.constantFrom('true', 'false', 't', 'truf', 'no')),
  ...Object.fromEntries(
    [
      ...['tinyint', 'smallint', 'integer', 'bigint'],
      ...['utinyint', 'usmallint', 'uinteger', 'ubigint'],
    ].map((type) => [type, wholes]),
  ),
  'decimal(5,2)': short,
  'decimal(18,0)': wholes,
  'decimal(18,18)': fc.stringMatching(/^-?0?\.\d{1,19}$/),
  'decimal(38,9)': number,
  'decimal(38,20)': number,
  float: floats,
  double: floats,
  date: day,
  timestamp: moment,
  timestamptz: moment,
  varchar: fc.string({ unit: 'binary' }).map((text) => text.replaceAll(/[\0\r\n",]/g, '')),
};

/** A field as it is, in quotes, or nothing. */
function spelled(field: string, ordinal: number): string {
  if (ordinal % 5 === 0) return '';
  return ordinal % 3 === 0 ? `"${field}"` : field;
}

describe('ColumnFiles', () => {
  it.each(Object.entries(FIELDS))(
    'reads %s as the engine does, plain or not, and finds the same bad values',
    async (type, arbitrary) => {
      const all = fc.sample(fc.oneof({ weight: 9, arbitrary }, odd), { numRuns: 600, seed: 7 });
      const mixed = await selections(all.map(spelled), type);
      const bad = await scratch.rows(selectBadSql(mixed.engine));
      expect(await scratch.rows(selectBadSql(mixed.lenient))).toEqual(bad);
      expect(await scratch.texts(selectGoodSql(mixed.lenient))).toEqual(
        await scratch.texts(selectGoodSql(mixed.engine)),
      );
      const places = new Set(bad.map(({ ordinal }) => Number(ordinal)));
      const good = all.map(spelled).filter((_, place) => !places.has(place));
      const { columns, engine } = await selections(good, type);
      expect(await scratch.texts(selectSql(columns))).toEqual(
        await scratch.texts(selectSql(engine)),
      );
    },
  );

  it.each([
    ['double', '1', '-0.0', '123456.789', '0.8414709848078965', '2.2250738585072014e-30'],
    ['double', '9007199254740993', '1.7976931348623157e60', '9.5367431640625e-7', '1e22'],
    ['float', '0.1', '16777219.5', '-3.4028234e38', '1.5e-38'],
    ['bigint', '9223372036854775807', '-9223372036854775808', '007', '-0'],
    ['uinteger', '4294967295', '0'],
    ['decimal(18,2)', '9999999999999999.99', '-.5', '7.'],
    ['date', '0001-01-01', '9999-12-31', '2024-02-29', '1970-01-01'],
    ['timestamp', '1969-12-31 23:59:59.999999', '2026-03-01T12:34:56', '2026-03-01 00:00:00.5'],
  ])('reads %s without the engine: %s and others', async (type, ...texts) => {
    const { columns, engine, isPlain } = await selections(texts, type);
    expect(isPlain).toBe(true);
    expect(await scratch.texts(selectSql(columns))).toEqual(await scratch.texts(selectSql(engine)));
  });

  it.each([
    ['date', '2023-02-29'],
    ['date', '0000-01-01'],
    ['timestamp', '2024-01-02 24:00:00'],
    ['tinyint', '128'],
    ['uinteger', '-1'],
    ['decimal(5,2)', '1000.00'],
    ['decimal(5,2)', '1.001'],
    ['integer', ' 5 '],
    ['double', '1e400'],
    ['double', '0.12345678901234567890'],
    // Halfway between two of them.
    ['float', '16777217'],
    ['float', '1e-40'],
    ['boolean', 'yes'],
    ['bigint', '""'],
  ])('leaves to the engine what is not plain: %s %s', async (type, text) => {
    expect((await selections([text], type)).isPlain).toBe(false);
  });

  it('has the same bytes, whatever the pieces are, with records longer than a batch', async () => {
    const kinds = [TEXT_KIND, columnKind(parseType('double'))];
    const long = 'x'.repeat(3_000_000);
    const text = Array.from({ length: 60_000 }, (_, row) =>
      row === 30_000 ? `"${long}""",1\n` : `"a ""b"", ${row}",${row / 7}\n`,
    ).join('');
    const shape = { ...OF_TEXT, kinds };
    const files = await Promise.all(
      [65_536, 1_048_576, 10_000_000].map(async (pieceBytes) => {
        const { paths } = await write(text, shape, pieceBytes);
        return { path: paths[0]!, bytes: await readFile(paths[0]!) };
      }),
    );
    expect(files[1]!.bytes.equals(files[0]!.bytes)).toBe(true);
    expect(files[2]!.bytes.equals(files[0]!.bytes)).toBe(true);
    const wrong =
      `c0 <> CASE row WHEN 30000 THEN repeat('x', 3000000) || '"' ELSE 'a "b", ' || row END ` +
      `OR (row <> 30000 AND c1 <> row / 7)`;
    const [row] = await scratch.rows(
      `SELECT count(*) AS n, count(*) FILTER (${wrong}) AS wrong FROM (SELECT *, row_number() ` +
        `OVER () - 1 AS row FROM read_parquet('${files[0]!.path}'))`,
    );
    expect(row).toEqual({ n: 60_000n, wrong: 0n });
  });

  it('removes its files where they would take too many bytes', async () => {
    const written = write('1\n'.repeat(2_000_000), OF_TEXT, 1_000_000, 4_000_000);
    await expect(written).rejects.toThrow(ColumnsTooLarge);
  });
});
