import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFooter } from '#core/containers/parquet/footer.ts';
import { readStatistics } from '#core/containers/parquet/statistics.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import { openEngineRoom } from './engine-room.ts';
import { chunk, element, fileOf, footer, root, rowGroup } from './parquet-parts.ts';
import {
  binary,
  boolean,
  i32,
  integer,
  list,
  struct,
  type ThriftValue,
  text,
} from './thrift-values.ts';

let room: Awaited<ReturnType<typeof openEngineRoom>>;

beforeAll(async () => {
  room = await openEngineRoom();
});

afterAll(() => room.close());

/** Types, and the least and greatest of three values, whose order is not that of their texts. */
const COLUMNS: readonly (readonly [type: string, values: readonly [string, string, string]])[] = [
  ['BOOLEAN', ['true', 'false', 'true']],
  ['TINYINT', ['-5', '7', '-128']],
  ['SMALLINT', ['30000', '-2', '9']],
  ['INTEGER', ['100', '20', '-3']],
  ['BIGINT', ['9223372036854775807', '-9223372036854775808', '0']],
  ['UTINYINT', ['200', '3', '1']],
  ['USMALLINT', ['65535', '3', '1']],
  ['UINTEGER', ['4294967295', '3', '20']],
  ['UBIGINT', ['18446744073709551615', '3', '20']],
  ['DECIMAL(4,1)', ['-100.5', '99.9', '0.1']],
  ['DECIMAL(9,2)', ['-0.05', '12.30', '4.00']],
  ['DECIMAL(18,0)', ['-100', '99', '1']],
  ['DECIMAL(38,10)', ['1234567890123456789012345678.0123456789', '-0.0000000001', '5.0000000000']],
  ['DATE', ['2024-02-29', '1969-12-31', '0044-03-15 (BC)']],
  ['DATE', ['1900-03-01', '2000-12-31', '10000-01-01']],
  ['TIME', ['23:59:59.999999', '00:00:00', '12:30:00.5']],
  ['TIMESTAMP', ['2024-01-02 03:04:05.123456', '1969-12-31 23:59:59.9', '2000-01-01 00:00:00']],
  ['TIMESTAMP_NS', ['2024-01-02 03:04:05.123456789', '1969-12-31 23:59:59', '2000-01-01 00:00:00']],
  [
    'TIMESTAMP WITH TIME ZONE',
    ['2024-01-02 03:04:05+00', '1999-12-31 23:59:59.25+00', '2000-01-01 00:00:00+00'],
  ],
  ['VARCHAR', ['b', 'ä', 'B']],
  [
    'UUID',
    [
      'ffffffff-0000-4000-8000-000000000000',
      '00112233-4455-6677-8899-aabbccddeeff',
      '7fffffff-0000-4000-8000-000000000000',
    ],
  ],
];

describe('the statistics of a file', () => {
  it('are the least and greatest values as the engine shows them, with the nulls', async () => {
    const columns = COLUMNS.map(([type], i) => `CAST(t.c${i} AS ${type}) AS c${i}`).join(', ');
    const rows = [0, 1, 2].map((row) => `(${COLUMNS.map(([, v]) => `'${v[row]}'`).join(', ')})`);
    const nulls = `(${COLUMNS.map(() => 'NULL').join(', ')})`;
    const names = COLUMNS.map((_, i) => `c${i}`).join(', ');
    const made = await room.make(
      `SELECT ${columns} FROM (VALUES ${[...rows, nulls].join(', ')}) t(${names}), range(1000)`,
      ', ROW_GROUP_SIZE 2048',
    );
    const footer = await readFooter(made);
    expect(footer.rowGroups.length).toBeGreaterThan(1);
    const found = readStatistics(footer);
    for (const [i, [type]] of COLUMNS.entries()) {
      const select = `SELECT typeof(any_value(c${i})) AS type, (count(*) - count(c${i}))::INT AS nulls,
        CAST(min(c${i}) AS VARCHAR) AS min, CAST(max(c${i}) AS VARCHAR) AS max FROM FILE`;
      const [expected] = await room.select(select, made.path);
      expect(found[i]).toEqual({ name: `c${i}`, ...expected, type, bytes: expect.any(Number) });
      expect(expected!['type']).toBe(type);
    }
  });

  it('of floats are the shortest digits, and none where not a number is among them', async () => {
    const made = await room.make(
      `SELECT f::FLOAT AS f, d, n FROM (VALUES (0.1, 1e300, 'nan'::DOUBLE), (16777216, -0.1, 1), (1e-40, 5, 2)) t(f, d, n)`,
    );
    const [f, d, n] = readStatistics(await readFooter(made));
    expect(f).toMatchObject({ name: 'f', type: 'FLOAT', nulls: 0, min: '1e-40', max: '16777216' });
    expect(d).toMatchObject({ name: 'd', type: 'DOUBLE', nulls: 0, min: '-0.1', max: '1e+300' });
    expect(n).toEqual({ name: 'n', type: 'DOUBLE', nulls: 0, bytes: n!.bytes });
  });

  it('have the bytes that a column takes as it is stored', async () => {
    const made = await room.make(
      'SELECT i, hash(i) AS h FROM range(10000) t(i)',
      ', ROW_GROUP_SIZE 2048',
    );
    const [expected] = await room.select(
      `SELECT sum(total_compressed_size)::INT AS bytes FROM parquet_metadata('${made.path}') WHERE column_id = 1`,
      made.path,
    );
    const [, hashes] = readStatistics(await readFooter(made));
    expect(hashes!.bytes).toBe(expected!['bytes']);
    expect(hashes!.bytes).toBeGreaterThan(75_000);
  });

  it('of bytes, intervals and nested columns say no values', async () => {
    const made = await room.make(
      `SELECT 'x'::BLOB AS b, [1] AS l, {'a': 1} AS s, NULL::INTEGER AS n, INTERVAL 1 DAY AS i`,
    );
    const bytes = expect.any(Number);
    expect(readStatistics(await readFooter(made))).toEqual([
      { name: 'b', type: 'BLOB', nulls: 0, bytes },
      { name: 'n', type: 'INTEGER', nulls: 1, bytes },
      { name: 'i', type: 'INTERVAL', bytes },
    ]);
  });

  it('shorten texts of more than 64 characters to bounds of their values', async () => {
    const made = await room.make(
      `SELECT repeat('é', 70) AS a, repeat('é', 64) AS b, repeat('a', 63) || '\u{d7ff}x' AS c`,
    );
    const [a, b, c] = readStatistics(await readFooter(made));
    expect(a).toMatchObject({ min: 'é'.repeat(64), max: `${'é'.repeat(63)}ê`, isExact: false });
    expect(b).toMatchObject({ min: 'é'.repeat(64), max: 'é'.repeat(64) });
    expect(b).not.toHaveProperty('isExact');
    expect(c).toMatchObject({ max: `${'a'.repeat(63)}\u{e000}`, isExact: false });
  });
});

/** A file of one column whose row groups have these statistics. */
function fileWith(column: ThriftValue, statistics: readonly (ThriftValue | undefined)[], type = 6) {
  const groups = statistics.map((each, i) =>
    rowGroup([chunk({ 1: i32(type), 9: integer(4 + 10 * i), 12: each })]),
  );
  const rows = 5 * statistics.length;
  return fileOf(footer({ 2: list([root(1), column]), 3: integer(rows), 4: list(groups) }));
}

const LAST = '\u{10ffff}';
const TEXT = element({ 1: i32(6), 6: i32(0) });
const bytes = (value: string) => binary(Buffer.from(value, 'latin1'));

describe('statistics of other writers', () => {
  it.each([
    ['none', TEXT, [undefined], 6, { type: 'VARCHAR' }],
    [
      'only the older ones',
      TEXT,
      [struct({ 1: bytes('b'), 2: bytes('a') })],
      6,
      { type: 'VARCHAR' },
    ],
    [
      'none in one row group',
      TEXT,
      [
        struct({ 3: integer(1), 5: bytes('b'), 6: bytes('a') }),
        struct({ 3: integer(2), 9: i32(1) }),
      ],
      6,
      { type: 'VARCHAR', nulls: 3 },
    ],
    [
      'one row group of nulls',
      TEXT,
      [struct({ 3: integer(5) }), struct({ 3: integer(0), 5: bytes('b'), 6: bytes('ab') })],
      6,
      { type: 'VARCHAR', nulls: 5, min: 'ab', max: 'b' },
    ],
    [
      'texts that begin alike',
      TEXT,
      ['ab', 'a', 'b', 'abc', 'ab'].map((each) => struct({ 5: bytes(each), 6: bytes(each) })),
      6,
      { type: 'VARCHAR', min: 'a', max: 'b' },
    ],
    [
      'bounds',
      TEXT,
      [struct({ 5: bytes('b'), 6: bytes('a'), 7: boolean(false), 8: boolean(true) })],
      6,
      { type: 'VARCHAR', min: 'a', max: 'b', isExact: false },
    ],
    [
      'a long text of the last character',
      TEXT,
      [struct({ 5: text(LAST.repeat(65)), 6: text(`b${LAST.repeat(65)}`) })],
      6,
      { type: 'VARCHAR', min: `b${LAST.repeat(63)}`, isExact: false },
    ],
    [
      'a long text that is cut within a character',
      TEXT,
      [struct({ 5: text(`ab${LAST.repeat(70)}`), 6: text(`é${'a'.repeat(300)}`) })],
      6,
      { type: 'VARCHAR', min: `é${'a'.repeat(63)}`, max: 'ac', isExact: false },
    ],
    ['no UTF-8', TEXT, [struct({ 5: bytes('\xff'), 6: bytes('\xff') })], 6, { type: 'VARCHAR' }],
    ...[
      ['BOOLEAN', 0, {}],
      ['INTEGER', 1, {}],
      ['BIGINT', 2, {}],
      ['TIMESTAMP', 3, {}],
      ['FLOAT', 4, {}],
      ['DOUBLE', 5, {}],
      ['DECIMAL(38,2)', 6, { 6: i32(5), 7: i32(2), 8: i32(38) }],
      ['UUID', 7, { 2: i32(16), 10: struct({ 14: struct({}) }) }],
    ].map(([name, type, changes]) => {
      const column = element({ 1: i32(type as number), ...(changes as object) });
      const wrong = struct({ 5: bytes('x'.repeat(17)), 6: bytes('') });
      return [
        `of a wrong length: ${name}`,
        column,
        [wrong],
        type as number,
        { type: name },
      ] as const;
    }),
    [
      'not a number',
      element({ 1: i32(4) }),
      [struct({ 5: bytes('\0\0\xc0\x7f'), 6: bytes('\0\0\0\0') })],
      4,
      { type: 'FLOAT', min: '0' },
    ],
    [
      'zeros',
      element({ 1: i32(5) }),
      [struct({ 5: bytes('\0'.repeat(8)), 6: bytes(`${'\0'.repeat(7)}\x80`) })],
      5,
      { type: 'DOUBLE', min: '-0', max: '0' },
    ],
    [
      'floats of nine digits',
      element({ 1: i32(4) }),
      [struct({ 5: bytes('\x01\0\x80\x4b'), 6: bytes('\x01\0\x80\x3f') })],
      4,
      { type: 'FLOAT', min: '1.0000001', max: '16777218' },
    ],
  ] as const)('%s', async (_, column, statistics, type, expected) => {
    const found = readStatistics(await readFooter(fileWith(column, statistics, type)));
    expect(found).toEqual([{ name: 'x', ...expected, bytes: found[0]!.bytes }]);
  });

  it('are refused for a column that cannot be read', async () => {
    const column = element({ 1: i32(6), 6: i32(5), 7: i32(2), 8: i32(39) });
    const file = await readFooter(fileWith(column, [undefined]));
    expect(() => readStatistics(file)).toThrow(UnsupportedSourceError);
    expect(() => readStatistics(file)).toThrow('x.parquet has the column "x" of a type');
  });
});
