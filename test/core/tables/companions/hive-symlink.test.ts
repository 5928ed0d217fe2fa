import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import { hiveSymlink, hiveTableStatement } from '#core/tables/companions/hive-symlink.ts';
import { hiveType } from '#core/tables/companions/hive-type.ts';

describe('the type of a column in Hive', () => {
  it.each([
    ['INTEGER', 'int'],
    ['UTINYINT', 'int'],
    ['DECIMAL(12,2)', 'decimal(12,2)'],
    ['TIMESTAMP WITH TIME ZONE', 'timestamp'],
    ['VARCHAR', 'string'],
    ['DATE[][3]', 'array<array<date>>'],
    [
      'STRUCT("A" INTEGER, b STRUCT(c DECIMAL(5,2)[]))',
      'struct<a:int,b:struct<c:array<decimal(5,2)>>>',
    ],
    ['MAP(VARCHAR, STRUCT(x DOUBLE)[])', 'map<string,array<struct<x:double>>>'],
    ['STRUCT(a MAP(VARCHAR, DATE))', 'struct<a:map<string,date>>'],
    ['UBIGINT', undefined],
    ['UINTEGER', undefined],
    ['UUID', undefined],
    ['TIMESTAMP_NS', undefined],
    ['constructor', undefined],
    ['TIME[]', undefined],
    ['MAP(VARCHAR, TIME)', undefined],
    ['MAP(VARCHAR)', undefined],
    ['STRUCT(a TIME)', undefined],
    ['STRUCT("a b" DATE)', undefined],
    ['STRUCT("a""b, c" DATE, d DATE)', undefined],
    ['STRUCT()', undefined],
    ['STRUCT(")" DATE)', undefined],
  ])('%s is %s', (type, expected) => {
    expect(hiveType(type)).toBe(expected);
  });
});

const TABLE = {
  file: { format: 'parquet', compression: 'zstd' } as const,
  name: 'flights',
  columns: [
    { name: 'id', type: 'BIGINT' },
    { name: 'tail number', type: 'VARCHAR' },
  ],
  location: 's3://lake/flights/_manifest/hive/',
};

describe('the statement of a table', () => {
  it('names the columns, the classes and the folder', () => {
    expect(hiveTableStatement(TABLE)).toBe(
      `CREATE EXTERNAL TABLE \`flights\` (
  \`id\` bigint,
  \`tail number\` string
)
ROW FORMAT SERDE 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat'
OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://lake/flights/_manifest/hive/';
`,
    );
  });

  it('quotes what is in names and URIs', () => {
    const text = hiveTableStatement({
      ...TABLE,
      database: "o'hare",
      location: "s3://lake/o'hare\\x/",
    });
    expect(text).toContain("CREATE EXTERNAL TABLE `o'hare`.`flights` (");
    expect(text).toContain("LOCATION 's3://lake/o\\'hare\\\\x/';");
  });

  it.each([
    ['a backtick', { name: 'a`; DROP TABLE b; --' }, 'is no name for Hive'],
    ['no name', { name: '' }, '"" is no name for Hive'],
    ['a colon', { database: 'a:b' }, '"a:b" is no name for Hive'],
    ['a line break', { columns: [{ name: 'a\nb', type: 'DATE' }] }, '"a\\nb" is no name for Hive'],
    [
      'a type',
      { columns: [{ name: 'u', type: 'UBIGINT' }] },
      'the column "u" is UBIGINT, which Hive cannot read',
    ],
    [
      'capital letters',
      { columns: ['a', 'A', 'b'].map((name) => ({ name, type: 'DATE' })) },
      'two columns are "a" for Hive',
    ],
    ['CSV', { file: { format: 'csv', compression: 'none' } as const }, 'csv is not read by Hive'],
    [
      'JSON lines in zstd',
      { file: { format: 'jsonl', compression: 'zstd' } as const },
      'jsonl in zstd is not read by every Hive',
    ],
    ['no folder', { location: 's3://b/x' }, '"s3://b/x" is no folder for Hive'],
    ['a broken folder', { location: 's3://b/\n/' }, 'is no folder for Hive'],
  ])('is refused for %s', (_, changes, message) => {
    expect(() => hiveTableStatement({ ...TABLE, ...changes })).toThrow(RequestError);
    expect(() => hiveTableStatement({ ...TABLE, ...changes })).toThrow(message);
  });
});

describe('a table of JSON lines', () => {
  const JSONL = { ...TABLE, file: { format: 'jsonl', compression: 'gzip' } as const };

  it('has a class of its own', () => {
    const text = hiveTableStatement(JSONL);
    expect(text).toContain("ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nSTORED AS");
    const nested = [{ name: 'n', type: 'STRUCT("date" INTEGER, b DOUBLE[])' }];
    expect(hiveTableStatement({ ...JSONL, columns: nested })).toContain('struct<date:int,b:array');
  });

  it.each(['DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'BLOB', 'DATE[]', 'STRUCT(a BLOB)', 'UBIGINT'])(
    'has no %s, which JSON has not',
    (type) => {
      const columns = [{ name: 'c', type }];
      const message = `the column "c" is ${type}, which Hive cannot read from JSON lines`;
      expect(() => hiveTableStatement({ ...JSONL, columns })).toThrow(message);
    },
  );
});

describe('a symlink', () => {
  it('has one URI a line', () => {
    expect([...hiveSymlink([])]).toEqual([]);
    expect([...hiveSymlink(['s3://b/1.parquet', 's3://b/a b.parquet'])]).toEqual([
      's3://b/1.parquet\ns3://b/a b.parquet\n',
    ]);
  });

  it('comes in pieces of some lines', () => {
    const uris = Array.from({ length: 100_001 }, (_, index) => `s3://b/data/${index}.parquet`);
    const pieces = [...hiveSymlink(uris)];
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(100_000);
    expect(pieces.join('')).toBe(`${uris.join('\n')}\n`);
  });

  it('is refused for URIs that would be two lines', () => {
    expect(() => [...hiveSymlink(['s3://b/1', 's3://b/2\ns3://c/3'])]).toThrow(RequestError);
    expect(() => [...hiveSymlink(['s3://b/2\r'])]).toThrow('"s3://b/2\\r" has a line break');
  });
});
