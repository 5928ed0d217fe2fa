import { describe, expect, it } from 'vitest';
import { BoundExceededError, UnsupportedSourceError } from '#core/errors.ts';
import { keyPartitions, MAX_PARTITIONS } from '#core/tables/partition/key-partitions.ts';

describe('keyPartitions', () => {
  it('puts objects together that follow each other', () => {
    const values = [
      ['1', null],
      ['1', null],
      ['1', 'a/b'],
      ['2', 'x'],
    ];
    expect(keyPartitions(['n', 't'], values)).toEqual([
      {
        ...{ folder: 'n=1/t=__HIVE_DEFAULT_PARTITION__/', partition: ['1', null] },
        ...{ start: 0, end: 2 },
      },
      { folder: 'n=1/t=a%2Fb/', partition: ['1', 'a/b'], start: 2, end: 3 },
      { folder: 'n=2/t=x/', partition: ['2', 'x'], start: 3, end: 4 },
    ]);
    expect(keyPartitions(['n'], [])).toEqual([]);
  });

  it.each([
    ['come again', ['1', '2', '1']],
    ['do not ascend as keys do', ['9', '10']],
  ])('gives none where partitions %s', (_, texts) => {
    const values = texts.map((text) => [text]);
    expect(keyPartitions(['n'], values)).toBeUndefined();
    expect(keyPartitions(['n'], values.toSorted())).toHaveLength(2);
  });

  it('fails where there are too many, or a value that readers take for NULL', () => {
    const many = Array.from({ length: MAX_PARTITIONS }, (_, at) => [String(100_000 + at)]);
    expect(keyPartitions(['n'], many)).toHaveLength(MAX_PARTITIONS);
    expect(() => keyPartitions(['n'], [...many, ['x']])).toThrow(BoundExceededError);
    expect(() => keyPartitions(['n'], [['']])).toThrow(UnsupportedSourceError);
  });
});
