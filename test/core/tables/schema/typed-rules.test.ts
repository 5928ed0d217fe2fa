import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { parquetRelation } from '#core/tables/schema/parquet-relation.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { selectBadSql, selectGoodSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

function selection(from: string, value: string, to: string, lossy = false) {
  const column = { name: 'x', type: parseType(to), lossy };
  const sql = `(SELECT CAST(${value} AS ${from}) AS c0 FROM range(1))`;
  return { sources: [{ column, at: 0 }], relation: { sql, types: [parseType(from)] } };
}

describe('a typed value', () => {
  it.each([
    ['INTEGER', '7', 'bigint', '7'],
    ['BIGINT', '7', 'tinyint', '7'],
    ['BIGINT', '700', 'tinyint', null],
    ['BIGINT', '9007199254740992', 'double', '9007199254740992.0'],
    ['BIGINT', '9007199254740993', 'double', null],
    ['INTEGER', '12', 'decimal(4,2)', '12.00'],
    ['DOUBLE', '3.0', 'int', '3'],
    ['DOUBLE', '3.7', 'int', null],
    ['DOUBLE', "'nan'", 'int', null],
    ['DOUBLE', "'nan'", 'float', 'nan'],
    ['DOUBLE', '0.1', 'float', null],
    ['DOUBLE', '0.1', 'decimal(5,2)', '0.10'],
    ['DECIMAL(5,3)', '1.005', 'decimal(5,2)', null],
    ['DECIMAL(5,3)', '1.500', 'decimal(5,2)', '1.50'],
    ['DATE', "'2024-01-02'", 'timestamp', '2024-01-02 00:00:00'],
    ['TIMESTAMP', "'2024-01-02'", 'date', '2024-01-02'],
    ['TIMESTAMP', "'2024-01-02 03:04:05'", 'date', null],
    ['TIMESTAMP', "'2024-01-02 03:04:05'", 'timestamptz', '2024-01-02 03:04:05+00'],
    ['TIMESTAMP_NS', "'2024-01-02 03:04:05.123456'", 'timestamp', '2024-01-02 03:04:05.123456'],
    ['TIMESTAMP_NS', "'2024-01-02 03:04:05.123456789'", 'timestamp', null],
    ['TIMESTAMP_MS', "'2024-01-02 03:04:05.123'", 'timestamp', '2024-01-02 03:04:05.123'],
    ['DECIMAL(5,2)', '1.5', 'varchar', '1.50'],
    ['VARCHAR', "'1.0'", 'int', '1'],
    ['VARCHAR', "'1.5'", 'int', null],
    ['BLOB', "encode('é')", 'varchar', 'é'],
    ['BLOB', "encode('')", 'varchar', ''],
    ['BLOB', "'\\xFF'", 'varchar', null],
    ['BLOB', 'NULL', 'varchar', 'NULL'],
    ['BLOB[]', "['a', NULL]", 'varchar[]', '[a, NULL]'],
    ['BLOB[]', "['a', '\\xC3']", 'varchar[]', null],
    ['STRUCT(b BLOB)', "{'b': '\\xED\\xA0\\x80'}", 'struct(b varchar)', null],
    ['INTEGER', 'NULL', 'smallint', 'NULL'],
    [
      'STRUCT(a INTEGER, b DOUBLE[])',
      "{'a': 1, 'b': [2.0]}",
      'struct(b int[], c date)',
      "{'b': [2], 'c': NULL}",
    ],
    ['STRUCT(b DOUBLE[])', "{'b': [2.5]}", 'struct(b int[])', null],
    ['MAP(VARCHAR, DOUBLE)', "MAP {'k': 2.0}", 'map(varchar, int)', '{k=2}'],
  ])('%s %s as %s is %s', async (from, value, to, wanted) => {
    const given = selection(from, value, to);
    const read = scratch.texts(selectSql(given));
    const want = wanted === 'NULL' ? null : wanted;
    if (wanted === null) await expect(read).rejects.toThrow();
    else expect(await read).toEqual([want]);
    expect(await scratch.rows(selectBadSql(given))).toHaveLength(wanted === null ? 1 : 0);
    expect(await scratch.texts(selectGoodSql(given))).toEqual(wanted === null ? [] : [want]);
  });

  it.each([
    ['BOOLEAN', 'int'],
    ['INTEGER', 'boolean'],
    ['TIMESTAMPTZ', 'timestamp'],
    ['TIMESTAMP', 'time'],
    ['BLOB', 'integer'],
    ['VARCHAR', 'blob'],
    ['VARCHAR', 'int[]'],
    ['INTEGER', 'int[]'],
    ['INTEGER[]', 'struct(a int)'],
    ['STRUCT(a BOOLEAN)', 'struct(a int)'],
  ])('%s never becomes %s', (from, to) => {
    expect(() => selectSql(selection(from, 'NULL', to))).toThrow(RequestError);
    expect(() => selectSql(selection(from, 'NULL', to))).toThrow(/^column "x": .* does not become/);
  });

  it('loses what it may lose', async () => {
    const given = selection('TIMESTAMPTZ', "'2024-01-02 03:04:05+02'", 'timestamp', true);
    expect(await scratch.texts(selectSql(given))).toEqual(['2024-01-02 01:04:05']);
  });
});

describe('parquetRelation', () => {
  it('names the columns that are read, whatever they are called', () => {
    const columns = [{ name: 'it"s', type: parseType('int') }];
    const { sql, types } = parquetRelation({ paths: ["/tmp/a'b.parquet", '/tmp/c'], columns });
    expect(sql).toContain(`"it""s" AS c0`);
    expect(sql).toContain("['/tmp/a''b.parquet', '/tmp/c']");
    expect(types).toEqual([parseType('int')]);
  });

  it('reads some rows of all files, which may have a column of any name', async () => {
    const select = (from: number) =>
      `SELECT range AS place, 1 AS file_row_number FROM range(${from}, ${from + 5000})`;
    const paths = [await scratch.write(select(0)), await scratch.write(select(5000))];
    const columns = [{ name: 'place', type: parseType('bigint') }];
    const { sql } = parquetRelation({ paths, columns, rows: { start: 4000, end: 8000 } });
    const read = await scratch.texts(`SELECT * FROM ${sql}`);
    expect(read).toEqual(Array.from({ length: 4000 }, (_, row) => String(4000 + row)));
  });
});
