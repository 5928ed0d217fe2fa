import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { typeSql } from '#core/tables/schema/column-type.ts';
import {
  emptySql,
  fixedRowBytes,
  joinedSql,
  textBytesSql,
} from '#core/tables/schema/joined-sql.ts';
import { identifier, literal } from '#core/tables/schema/quote.ts';
import { SCALAR_NAMES } from '#core/tables/schema/scalar-types.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch();
});
afterAll(() => scratch.close());

/** A column of every type that there is. */
const schema = tableSchema.parse([
  ...SCALAR_NAMES.map((type) => ({ name: `the "${type}"`, type })),
  { name: 'decimal', type: 'DECIMAL(38, 3)' },
  { name: 'nested', type: 'STRUCT(a TIMESTAMP_MS[], b MAP(VARCHAR, UUID))' },
]);
const TEXT = "{'a': ['2024-01-02 03:04:05.678'], 'b': NULL}";
const values = `SELECT ${schema
  .map(({ name, type }) => {
    const value = name === 'nested' ? literal(TEXT) : 'NULL';
    return `CAST(${value} AS ${typeSql(type)}) AS ${identifier(name)}`;
  })
  .join(', ')}`;

async function typesOf(text: string) {
  const rows = await scratch.rows(`SELECT column_name, column_type FROM (DESCRIBE ${text})`);
  return rows.map(Object.values);
}

describe('joinedSql', () => {
  it('has the types of the schema, whatever Parquet makes of them', async () => {
    const paths = [await scratch.write(values), await scratch.write(values)];
    const text = joinedSql(paths, schema);
    expect(await typesOf(text)).toEqual(await typesOf(values));
    expect(await typesOf(emptySql(schema))).toEqual(await typesOf(values));
    const nested = `SELECT CAST(nested AS VARCHAR) AS t FROM (${text})`;
    expect(await scratch.texts(nested)).toEqual([TEXT, TEXT]);
  });

  it('gives one file after the other, and none where there are no rows', async () => {
    const small = tableSchema.parse({ n: 'integer' });
    const paths = [
      await scratch.write('SELECT range::INT AS n FROM range(3000)'),
      await scratch.write('SELECT range::INT + 3000 AS n FROM range(3000)'),
    ];
    const texts = await scratch.texts(joinedSql(paths, small));
    expect(texts).toEqual(Array.from({ length: 6000 }, (_, n) => String(n)));
    expect(await scratch.rows(emptySql(small))).toEqual([]);
  });
});

describe('textBytesSql', () => {
  it('counts what texts and nested values take', async () => {
    const small = tableSchema.parse({ n: 'int', t: 'text', b: 'blob', l: 'int[]' });
    const select = `SELECT 1 AS n, 'äb' AS t, '\\x00\\x01'::BLOB AS b, [1, 2] AS l`;
    const paths = [await scratch.write(`${select} UNION ALL SELECT 1, NULL, NULL, NULL`)];
    expect(await scratch.rows(textBytesSql(paths, small))).toEqual([{ bytes: 3 + 2 + 6 }]);
    expect(fixedRowBytes(small)).toBe(8 + 16 + 16 + 16);
  });

  it('counts nothing of numbers, and of no rows', async () => {
    const small = tableSchema.parse({ n: 'int' });
    const paths = [await scratch.write('SELECT 1 AS n WHERE false')];
    expect(await scratch.rows(textBytesSql(paths, small))).toEqual([{ bytes: 0 }]);
  });
});
