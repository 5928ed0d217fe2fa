import { describe, expect, it } from 'vitest';
import { companionProblems, companionTexts } from '#core/tables/companions/companions.ts';

const PARQUET = { format: 'parquet', compression: 'snappy' } as const;

const TABLE = {
  file: PARQUET,
  columns: [{ name: 'id', type: 'BIGINT' }],
  output: 's3://lake/Raw/Fl\u00fcge 2026/',
  folder: 's3://lake/Raw/Fl\u00fcge 2026/_manifest/hive/',
  uris: () => ['s3://lake/a', 's3://lake/b'],
};

describe('the companion iceberg', () => {
  it('has no objects that the names of files are enough for', () => {
    expect(companionTexts('iceberg', TABLE)).toEqual([]);
    const columns = [{ name: 'u', type: 'UTINYINT' }];
    expect(() => companionTexts('iceberg', { ...TABLE, columns })).toThrow(
      'the column "u" is UTINYINT, which Iceberg 2 does not have; cast it to SMALLINT',
    );
  });

  it('is refused for files that are no Parquet', () => {
    expect(companionProblems(['iceberg'], PARQUET)).toEqual([]);
    expect(companionProblems(['iceberg'], { format: 'jsonl', compression: 'none' })).toEqual([
      'output.companions has iceberg: jsonl is no form of the files of a table of Iceberg; give output.format parquet, or leave out the companion',
    ]);
  });
});

describe('the companion hive', () => {
  it('is a symlink in a folder of its own, and a statement that names it', () => {
    const texts = companionTexts('hive', TABLE);
    expect(texts.map(({ name }) => name)).toEqual(['symlink/symlink.txt', 'table.sql']);
    const [symlink, statement] = texts.map(({ pieces }) => [...pieces()].join(''));
    expect(symlink).toBe('s3://lake/a\ns3://lake/b\n');
    expect(statement).toMatch(/^CREATE EXTERNAL TABLE `fl_ge_2026` \(\n {2}`id` bigint\n\)/);
    expect(statement).toContain(`LOCATION '${TABLE.folder}symlink/';`);
  });

  it('is named by the bucket where there is no folder', () => {
    const [, statement] = companionTexts('hive', { ...TABLE, output: 's3://my-lake/' });
    expect([...statement!.pieces()].join('')).toContain('TABLE `my_lake` (');
  });

  it('is refused for forms of files that its readers do not have', () => {
    expect(companionProblems(['hive'], PARQUET)).toEqual([]);
    expect(companionProblems([], { format: 'csv', compression: 'none' })).toEqual([]);
    expect(companionProblems(['hive'], { format: 'csv', compression: 'none' })).toEqual([
      expect.stringMatching(/^output\.companions has hive: csv is not read by Hive/),
    ]);
  });
});
