import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32Hex } from '#core/checksum/crc32.ts';
import { ManifestError } from '#core/errors.ts';
import {
  hasIceberg,
  icebergForm,
  icebergGeneration,
  listedObject,
  liveFile,
  metadataUri,
} from '#core/manifest/iceberg-run.ts';
import type { Manifest, ManifestEntry } from '#core/manifest/manifest.ts';
import type { CountedRun } from '#core/manifest/manifest-text.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';

const file = { format: 'parquet', compression: 'zstd', rowGroupBytes: 1 } as const;
const RUN = {
  ...{ runId: 'a'.repeat(32), generation: 2, base: { ...EMPTY_BASE, chunks: 1 } },
  location: { bucket: 'lake', prefix: 't/' },
  columns: [{ name: 'id', type: 'BIGINT' }],
  output: { kind: 'table', file },
} as unknown as CountedRun;

describe('the table of Iceberg that an output is', () => {
  it('is that of runs that asked for it', () => {
    const of = (companions?: ['iceberg'] | ['hive']) =>
      hasIceberg({ output: { kind: 'table', file, ...(companions && { companions }) } });
    expect([of(), of(['hive']), of(['iceberg'])]).toEqual([false, false, true]);
    expect(hasIceberg({ output: { kind: 'csv' } } as unknown as CountedRun)).toBe(false);
  });

  it('keeps its files in an append alone', () => {
    const known = { claimedMs: 5, form: icebergForm(RUN), previous: undefined };
    expect(icebergGeneration(RUN, known)).toMatchObject({
      ...{ generation: 2, runId: RUN.runId, claimedMs: 5, operation: 'append' },
      folder: 's3://lake/t/_manifest/iceberg/',
      form: { lastColumnId: 1, partitionBy: [] },
    });
    const overwriting = { ...RUN, base: { ...EMPTY_BASE, since: 2 } };
    expect(icebergGeneration(overwriting, known).operation).toBe('overwrite');
    expect(icebergForm({ output: RUN.output }).schema.fields).toEqual([]);
  });

  it('has the figures of the manifest', () => {
    const meta = { content_length: 9, record_count: 3 };
    const entry = { url: 's3://lake/t/data/x', meta, rowStart: 4, rowEnd: 7 };
    expect(liveFile(entry as unknown as ManifestEntry, 2, { partitionBy: [] })).toEqual({
      ...{ uri: entry.url, rows: 3, bytes: 9, addedBy: 2, partition: [], statistics: [] },
    });
  });

  it('has the values of partitions in the order of their columns', () => {
    const output = { kind: 'table', file, partitionBy: ['n', 'day'] } as const;
    const columns = ['day', 'n', 'x'].map((name) => ({ name, type: 'VARCHAR' }));
    const form = icebergForm({ columns, output: { ...output, partitionBy: ['n', 'day'] } });
    expect(form.partitionBy).toEqual(['n', 'day']);
    const entry = { url: 'u', meta: {}, partition: { day: 'x=y', n: null } };
    expect(liveFile(entry as unknown as ManifestEntry, 1, form).partition).toEqual([null, 'x=y']);
  });

  it('is found by the manifest', () => {
    const bytes = Buffer.from('{}');
    const object = { name: 'metadata/v2.metadata.json', contentType: '', bytes };
    const listed = listedObject(RUN, object);
    expect(listed).toEqual({
      ...{ companion: 'iceberg', bytes: 2, crc32: crc32Hex(crc32(bytes)) },
      uri: 's3://lake/t/_manifest/iceberg/metadata/v2.metadata.json',
    });
    const manifest = { generation: 2, companions: [listed] } as unknown as Manifest;
    expect(metadataUri(manifest)).toBe(listed.uri);
    const other = { generation: 12 } as unknown as Manifest;
    expect(() => metadataUri(other)).toThrow(ManifestError);
  });
});
