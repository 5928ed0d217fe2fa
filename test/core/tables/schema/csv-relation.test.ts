import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CsvFiles, csvRelation } from '#core/tables/schema/csv-relation.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import {
  selectBadSql,
  selectFirstBadSql,
  selectGoodSql,
  selectSql,
} from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

async function read(
  text: string | Uint8Array,
  types: readonly string[],
  rest: Partial<CsvFiles> = {},
) {
  const head = `${types.map(() => 'x').join(rest.delimiter ?? ',')}\n`;
  const path = await scratch.file(Buffer.concat([Buffer.from(head), Buffer.from(text)]));
  const format = { delimiter: ',', quote: '"', nullText: [''], recordBytes: 1_000 };
  const file = { paths: [path], types: types.map(() => TEXT), ...format, ...rest };
  const sources = types.map((type, at) => ({
    column: { name: `n${at}`, type: parseType(type), lossy: false },
    at,
  }));
  return { sources, relation: csvRelation(file) };
}

async function rows(...given: Parameters<typeof read>) {
  const values = await scratch.rows(selectSql(await read(...given)));
  return values.map((row) => Object.values(row));
}

const TEXTS = ['varchar', 'varchar'];

describe('csvRelation', () => {
  it.each([
    [
      'a,b\nc,d\n',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a,', [['a', null]]],
    ['a,""\n', [['a', '']]],
    ['#a,b\n', [['#a', 'b']]],
    ['a,"b\nc,""d"""\n', [['a', 'b\nc,"d"']]],
    ['a,"""""" \n'.replace(' ', ''), [['a', '""']]],
    ['a,"b\r\nc\rd"\n', [['a', 'b\r\nc\rd']]],
    ['a,b"c""\n', [['a', 'b"c""']]],
    ['a,\\n\n', [['a', '\\n']]],
    [' a, b \n', [[' a', ' b ']]],
    ['a,b\0c\n', [['a', 'b\0c']]],
    ['', []],
  ])('reads %j', async (text, wanted) => {
    expect(await rows(text, TEXTS)).toEqual(wanted);
  });

  it('takes the null texts without quotes only', async () => {
    const nullText = ['NA', "it's"];
    expect(await rows('NA,it\'s\n"NA",\n', TEXTS, { nullText })).toEqual([
      [null, null],
      ['NA', ''],
    ]);
    expect(await rows('NA,\n', TEXTS, { nullText: [] })).toEqual([['NA', '']]);
  });

  it('reads another delimiter, and no quotes', async () => {
    expect(await rows('a\tb,"c\n', TEXTS, { delimiter: '\t', quote: undefined! })).toEqual([
      ['a', 'b,"c'],
    ]);
    expect(await rows("a|'b|c'\n", TEXTS, { delimiter: '|', quote: "'" })).toEqual([['a', 'b|c']]);
  });

  it('reads long records, and refuses one that is longer than was said', async () => {
    const long = 'x'.repeat(10_000_000);
    const text = `a,${long}\nb,c\n`;
    const read = await rows(text, TEXTS, { recordBytes: long.length + 3 });
    expect(read[0]![1]).toHaveLength(long.length);
    expect(read[1]).toEqual(['b', 'c']);
    await expect(rows(text, TEXTS, { recordBytes: 1_000_000 })).rejects.toThrow(/[Ll]ine/);
  });

  it('reads columns that were proved plain with the types of the engine', async () => {
    const types = ['int', 'date'];
    const plain = { types: types.map(parseType) };
    expect(await rows('1,2024-01-02\n', types, plain)).toEqual(await rows('1,2024-01-02\n', types));
  });

  it('reads 1,000 columns', async () => {
    const types = Array.from({ length: 1_000 }, () => 'int');
    const line = types.map((_, k) => k).join(',');
    expect(await rows(`${line}\n${line}\n`, types, { recordBytes: 20_000 })).toEqual([
      types.map((_, k) => k),
      types.map((_, k) => k),
    ]);
  });
});

describe('rows with a value that cannot be', () => {
  const text = '1,a,2024-01-02\n3.7,b,2024-13-01\n,,\n4,c,x\n';
  const types = ['int', 'varchar', 'date'];

  it('fail', async () => {
    await expect(rows(text, types)).rejects.toThrow();
  });

  it('are found in order, each by its first such column', async () => {
    const given = await read(text, types);
    const bad = [
      { ordinal: 1n, place: 0, text: '3.7' },
      { ordinal: 3n, place: 2, text: 'x' },
    ];
    expect(await scratch.rows(selectBadSql(given))).toEqual(bad);
    expect(await scratch.rows(selectFirstBadSql(given))).toEqual(bad.slice(0, 1));
  });

  it('are left out', async () => {
    const good = await scratch.rows(selectGoodSql(await read(text, types)));
    expect(good.map(({ n0, n1 }) => [n0, n1])).toEqual([
      [1, 'a'],
      [null, null],
    ]);
  });
});

describe('columns of the schema', () => {
  it('are renamed, filled where there is nothing, and NULL where the source has none', async () => {
    const { relation } = await read('1,\n2,7\n', TEXTS);
    const column = (name: string) => ({ name, type: parseType('int'), lossy: false });
    const sources = [
      { column: column('it"s'), at: 1, default: '0' },
      { column: column('absent') },
      { column: column('constant'), default: '5' },
      { column: column('id'), at: 0 },
    ];
    expect(await scratch.rows(selectSql({ sources, relation }))).toEqual([
      { 'it"s': 0, absent: null, constant: 5, id: 1 },
      { 'it"s': 7, absent: null, constant: 5, id: 2 },
    ]);
    expect(await scratch.rows(selectBadSql({ sources, relation }))).toEqual([]);
    const wrong = [{ column: column('x'), at: 1, default: '1.5' }];
    await expect(scratch.rows(selectSql({ sources: wrong, relation }))).rejects.toThrow();
  });
});
