import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { RequestError } from '#core/errors.ts';
import {
  type AccompaniedRun,
  companionObjects,
  listedCompanions,
} from '#core/manifest/companions.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';

const file = { format: 'parquet', compression: 'zstd', rowGroupBytes: 1 } as const;

const RUN: AccompaniedRun = {
  output: { kind: 'table', file, companions: ['hive'] },
  location: { bucket: 'lake', prefix: 'out/\u00e9/' },
  ...{ generation: 1, base: EMPTY_BASE, chunks: 2, columns: [{ name: 'id', type: 'BIGINT' }] },
};

const filesOf = (run: AccompaniedRun) => [...companionObjects(run)[0]!.pieces()].join('');
const FILE = 's3://lake/out/\u00e9/data/chunk-00000';

describe('the companions of a run', () => {
  it('lie below the manifest, and list its files', () => {
    expect(companionObjects(RUN).map(({ companion, key }) => [companion, key])).toEqual([
      ['hive', 'out/\u00e9/_manifest/hive/symlink/symlink.txt'],
      ['hive', 'out/\u00e9/_manifest/hive/table.sql'],
    ]);
    expect(filesOf(RUN)).toBe(`${FILE}0.parquet\n${FILE}1.parquet\n`);
  });

  it('list the files before it too, unless it overwrites them', () => {
    const base = { chunks: 2, rows: 9, since: 1 };
    const appended = { ...RUN, generation: 2, base, chunks: 1 };
    expect(companionObjects(appended)[1]!.key).toBe('out/\u00e9/_manifest/hive-000002/table.sql');
    expect(filesOf(appended)).toBe(`${filesOf(RUN)}${FILE}2.parquet\n`);
    const overwriting = { ...appended, generation: 3, base: { ...EMPTY_BASE, since: 3 } };
    expect(filesOf(overwriting)).toBe('s3://lake/out/\u00e9/data-g000003/chunk-000000.parquet\n');
  });

  it('list files in the folders of later attempts', () => {
    const moved = { generation: 3, attempt: 2 };
    const attempts = [
      { generation: 2, attempt: 2, chunk: 1 },
      { ...moved, chunk: 2 },
    ];
    const base = { chunks: 2, rows: 9, since: 1, moved };
    const run = { ...RUN, generation: 3, base, chunks: 1, attempts };
    expect(companionObjects(run)[0]!.key).toContain('_manifest/hive-000003-2/');
    const folder = 's3://lake/out/\u00e9/data-g00000';
    expect(filesOf(run)).toBe(
      `${FILE}0.parquet\n${folder}2-2/chunk-000001.parquet\n${folder}3-2/chunk-000002.parquet\n`,
    );
  });

  it('are in the manifest by length and CRC-32 of their bytes', () => {
    const bytes = Buffer.from(filesOf(RUN));
    expect(listedCompanions(RUN)[0]).toEqual({
      companion: 'hive',
      uri: 's3://lake/out/\u00e9/_manifest/hive/symlink/symlink.txt',
      bytes: bytes.length,
      crc32: crc32Hex(crc32(bytes)),
    });
  });

  it('are refused for columns that their readers do not have', () => {
    const columns = [{ name: 'u', type: 'UUID' }];
    expect(() => companionObjects({ ...RUN, columns })).toThrow(RequestError);
  });

  it('are none of runs that asked for none', () => {
    expect(companionObjects({ ...RUN, output: { kind: 'table', file } })).toEqual([]);
    const none = { ...RUN, columns: undefined, output: { kind: 'csv' } };
    expect(listedCompanions(none as unknown as AccompaniedRun)).toEqual([]);
  });
});
