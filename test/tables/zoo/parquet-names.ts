import type { TableReading } from '#support/tables/table-case.ts';
import {
  int32Column,
  smallParquet,
  textColumn,
} from '#test/core/containers/parquet/small-parquet.ts';
import { binary, list, struct, text } from '#test/core/containers/parquet/thrift-values.ts';
import { A, DAMAGED, ONE, parquet } from './parquet-specimen.ts';
import { type Answer, count, refused, rows, type Specimen } from './specimen.ts';

function named(
  name: string,
  columns: readonly string[],
  answer: Answer,
  schema: TableReading['schema'],
  options: TableReading['options'] = {},
) {
  return parquet(
    `${name}`,
    () => smallParquet(columns.map((column, n) => int32Column(column, [n + 1]))),
    answer,
    { schema, options },
  );
}

const HOSTILE = [
  ...[
    'a"b',
    "a'b",
    'a;DROP TABLE x',
    '../../etc/passwd',
    '$1',
    '--',
    '/*',
    '*',
    '\\',
    'c0',
    'ordinal',
    'v0',
  ],
  ...['file_row_number', 'filename', 'rowid', 'file_index', 'a.b', ' a', 'select', '🙂', "x') --"],
];

const NAMES = [
  ...HOSTILE.map((name) =>
    named(`the name ${JSON.stringify(name)}`, [name, 'z'], rows([1, 2]), {
      [name]: 'integer',
      z: 'integer',
    }),
  ),
  ...HOSTILE.map((name) =>
    parquet(
      `${JSON.stringify(name)} with a bad value`,
      () => smallParquet([textColumn(name, ['x'])]),
      refused('Corrupt', JSON.stringify(name), 'row 0'),
      { schema: { [name]: 'integer' } },
    ),
  ),
  named(
    'a name twice',
    ['a', 'a'],
    refused('Unsupported', '"a"'),
    { a: 'integer' },
    { byName: true },
  ),
  named(
    'names that differ in case',
    ['a', 'A'],
    refused('Unsupported', '"a"', '"A"'),
    { a: 'integer' },
    { byName: true },
  ),
  named(
    'names that differ in case, the other asked for',
    ['a', 'A'],
    refused('Unsupported'),
    { A: 'integer' },
    { byName: true },
  ),
  named('a name of another case', ['A'], refused('Request', '"a"'), { a: 'integer' }),
  named('an empty name', ['', 'a'], refused('Unsupported', 'empty'), { a: 'integer' }),
  named('a name with a NUL', ['x\0y', 'a'], refused('Unsupported', String.raw`"x\u0000y"`), {
    a: 'integer',
  }),
  named('a name with a newline', ['x\ny', 'a'], refused('Request', String.raw`"x\ny"`), {
    a: 'integer',
  }),
  named('a name of 10 kB', ['n'.repeat(10_000), 'a'], refused('Request', 'nnn…'), { a: 'integer' }),
  parquet(
    'a name that is no UTF-8',
    () => smallParquet([int32Column('a', [1], { element: { 4: binary(Uint8Array.of(0xff)) } })]),
    DAMAGED,
    ONE,
  ),
  parquet(
    'key-value metadata that is no UTF-8',
    () =>
      smallParquet([A], {
        footer: { 5: list([struct({ 1: text('k'), 2: binary(Uint8Array.of(0xff)) })]) },
      }),
    DAMAGED,
    ONE,
  ),
  parquet('no columns', () => smallParquet([]), refused('Request'), ONE),
];

const WIDE: Specimen = {
  name: 'parquet: 2,000 columns',
  asked: {
    format: 'parquet',
    schema: Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`c${n}`, 'integer'])),
    options: {},
  },
  objects: () => {
    const columns = Array.from({ length: 2_000 }, (_, n) => int32Column(`c${n}`, [n]));
    return [{ name: 'wide.parquet', bytes: smallParquet(columns) }];
  },
  answer: count(1),
};

/** Files of columns of odd names, and of many. */
export const PARQUET_NAMES: readonly Specimen[] = [...NAMES, WIDE];
