import { describe, expect, it } from 'vitest';
import { CorruptSourceError } from '#core/errors.ts';
import { HiveKeys, hiveColumns } from '#core/tables/order/hive-columns.ts';

describe('the columns in a key', () => {
  it.each([
    ['s3://b/t/a.csv', []],
    [
      's3://b/t/d=2024-01-02/k=x/a=b.csv',
      [
        ['d', '2024-01-02'],
        ['k', 'x'],
      ],
    ],
    ['s3://b/t/k=a%2Fb%3d%25 c/a.csv', [['k', 'a/b=% c']]],
    ['s3://b/t/%C3%A9%20=%E2%82%ac/a.csv', [['é ', '€']]],
    ['s3://b/t/k=%ff%zz+/a.csv', [['k', '%ff%zz+']]],
    ['s3://b/t/k=__HIVE_DEFAULT_PARTITION__/a.csv', [['k', null]]],
    ['s3://b/t/k=/a.csv', [['k', '']]],
    ['s3://b/t/k=a=b/a.csv', [['k', 'a=b']]],
    ['s3://b/t/=x/a.csv', []],
  ])('%s', (uri, expected) => {
    expect(hiveColumns(uri)).toEqual(expected.map(([name, value]) => ({ name, value })));
  });

  it('are refused where a name is there twice', () => {
    expect(() => hiveColumns('s3://b/k=1/k=2/a.csv')).toThrow(CorruptSourceError);
    expect(() => hiveColumns('s3://b/k=1/k=2/a.csv')).toThrow(
      's3://b/k=1/k=2/a.csv names a column',
    );
  });
});

describe('the columns in the keys of a source', () => {
  it('are those of the first object in all of them', () => {
    const keys = new HiveKeys();
    expect(keys.columnsOf('s3://b/k=1/j=2/a.csv')).toHaveLength(2);
    expect(keys.columnsOf('s3://b/k=3/j=4/a.csv').map(({ value }) => value)).toEqual(['3', '4']);
    for (const [uri, has] of [
      ['s3://b/k=1/a.csv', 'k'],
      ['s3://b/j=1/k=2/a.csv', 'j, k'],
      ['s3://b/a.csv', 'none'],
      ['s3://b/k=1/j=2/i=3/a.csv', 'k, j, i'],
    ] as const) {
      expect(() => keys.columnsOf(uri)).toThrow(CorruptSourceError);
      expect(() => keys.columnsOf(uri)).toThrow(
        `${uri} has the columns ${has} in its folders, but s3://b/k=1/j=2/a.csv has k, j`,
      );
    }
  });
});
