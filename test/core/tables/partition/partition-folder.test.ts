import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hiveColumns } from '#core/tables/order/hive-columns.ts';
import { compareKeys, partitionFolder } from '#core/tables/partition/partition-folder.ts';

describe('partitionFolder', () => {
  it.each([
    [['day'], ['2026-11-29'], 'day=2026-11-29/'],
    [['a', 'b'], ['x', null], 'a=x/b=__HIVE_DEFAULT_PARTITION__/'],
    [['k'], ['b/c d=e%f'], 'k=b%2Fc d%3De%25f/'],
    [['a=b'], ['\t{Ü}'], 'a%3Db=%09%7BÜ}/'],
  ])('writes %j, %j as Hive does', (columns, values, folder) => {
    expect(partitionFolder(columns, values)).toBe(folder);
  });

  it('gives each value a folder from which it is read again', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(text, text, (name, value) => {
        const folder = partitionFolder([name], [value]);
        expect(hiveColumns(`s3://b/${folder}x`)).toEqual([{ name, value }]);
      }),
    );
  });

  it.each(['', '__HIVE_DEFAULT_PARTITION__'])(
    'refuses %j, which readers take for NULL',
    (value) => {
      expect(() => partitionFolder(['k'], [value])).toThrow(
        `column "k" of output.partitionBy holds ${JSON.stringify(value)}, which Hive and Spark read as NULL; let transform.sql make another text or NULL of it`,
      );
    },
  );

  it('refuses a folder that file systems cannot have', () => {
    expect(partitionFolder(['k'], ['x'.repeat(253)])).toHaveLength(256);
    expect(() => partitionFolder(['k'], ['x'.repeat(254)])).toThrow(
      /would have 256 bytes, at most 255 are allowed; let transform.sql shorten/,
    );
  });
});

describe('compareKeys', () => {
  it('compares by UTF-8, in which UTF-16 has another order', () => {
    const keys = ['k=\u{1f600}/', 'k=\uff5e/', 'k=a/', 'k=a b/'];
    expect(keys.toSorted(compareKeys)).toEqual(['k=a b/', 'k=a/', 'k=\uff5e/', 'k=\u{1f600}/']);
    expect(compareKeys('a', 'a')).toBe(0);
  });
});
