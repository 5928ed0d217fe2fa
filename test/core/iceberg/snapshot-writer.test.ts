import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ManifestError } from '#core/errors.ts';
import { readAvroFile } from '#core/iceberg/avro/avro-file.ts';
import { icebergSchema } from '#core/iceberg/iceberg-schema.ts';
import { entrySchema } from '#core/iceberg/manifest-schema.ts';
import { partitionSchema } from '#core/iceberg/partition-spec.ts';
import { SnapshotWriter } from '#core/iceberg/snapshot-writer.ts';
import { currentSnapshot, isContinued, parseMetadata } from '#core/iceberg/table-metadata.ts';
import {
  COLUMNS,
  FOLDER,
  file,
  form,
  found,
  generationOf,
  listOf,
  metadataOf,
  previousOf,
  written,
} from './written-snapshot.ts';

describe('the snapshot of a generation', () => {
  it('is what its files say, and nothing else', () => {
    const objects = written(generationOf(1), [file(0, 1), file(1, 1)]);
    expect([...objects.keys()]).toEqual([
      `metadata/000001-${'1'.repeat(32)}-m0.avro`,
      `metadata/000001-${'1'.repeat(32)}-list.avro`,
      'metadata/v1.metadata.json',
    ]);
    const again = written(generationOf(1), [file(0, 1), file(1, 1)]);
    const digests = [...objects.values()].map(({ bytes }) =>
      createHash('sha256').update(bytes).digest('hex').slice(0, 16),
    );
    expect([...again.values()]).toEqual([...objects.values()]);
    // Read as they should be by pyiceberg 0.12, Polars 2.1, DuckDB 1.4 and Spark 4.1.
    expect(digests).toMatchInlineSnapshot(`
      [
        "2d672f562210d2b9",
        "8597337336dcde57",
        "e38b681dd5f4a03d",
      ]
    `);
  });

  it('goes on with the files before it', async () => {
    const first = written(generationOf(1), [file(0, 1), file(1, 1)]);
    const previous = previousOf(first, 1);
    const second = written(generationOf(2, { previous }), [file(2, 2)]);
    const metadata = metadataOf(second, 2);
    expect(await found(metadata, new Map([...first, ...second]))).toEqual(['0', '1', '2']);
    expect(metadata).toMatchObject({
      'table-uuid': '11111111-1111-8111-a111-111111111111',
      location: 's3://lake/t/_manifest/iceberg',
      'last-sequence-number': 2,
      'last-updated-ms': 2000,
      'last-column-id': 8,
      'current-snapshot-id': 2,
      'last-partition-id': 999,
      refs: { main: { 'snapshot-id': 2, type: 'branch' } },
      'snapshot-log': [
        { 'timestamp-ms': 1000, 'snapshot-id': 1 },
        { 'timestamp-ms': 2000, 'snapshot-id': 2 },
      ],
      'metadata-log': [
        { 'timestamp-ms': 1000, 'metadata-file': `${FOLDER}metadata/v1.metadata.json` },
      ],
    });
    expect(currentSnapshot(metadata)).toMatchObject({
      'parent-snapshot-id': 1,
      'sequence-number': 2,
      summary: {
        ...{ operation: 'append', 'sparse-fanout.run-id': '2'.repeat(32) },
        ...{ 'added-data-files': '1', 'added-records': '10', 'added-files-size': '100' },
        ...{ 'total-data-files': '3', 'total-records': '30', 'total-files-size': '300' },
      },
    });
    const lists = listOf(second, metadata);
    expect(lists).toMatchObject([
      { added_snapshot_id: 1, added_files_count: 2, added_rows_count: 20, sequence_number: 1 },
      { added_snapshot_id: 2, added_files_count: 1, added_rows_count: 10, sequence_number: 2 },
    ]);
  });

  it('replaces them where it overwrites, and keeps what is listed anew', async () => {
    const first = written(generationOf(1), [file(0, 1), file(1, 1)]);
    const previous = previousOf(first, 1);
    const of = generationOf(2, { previous, operation: 'overwrite' });
    const second = written(of, [file(1, 1), file(2, 2)]);
    const metadata = metadataOf(second, 2);
    expect(await found(metadata, second)).toEqual(['1', '2']);
    expect(currentSnapshot(metadata).summary).toMatchObject({
      ...{ operation: 'overwrite', 'added-data-files': '1', 'added-records': '10' },
      ...{ 'deleted-data-files': '1', 'deleted-records': '10', 'removed-files-size': '100' },
      ...{ 'total-data-files': '2', 'total-records': '20', 'total-files-size': '200' },
    });
    const [list] = listOf(second, metadata);
    expect(list).toMatchObject({
      ...{ added_files_count: 1, existing_files_count: 1, existing_rows_count: 10 },
      ...{ sequence_number: 2, min_sequence_number: 1 },
    });
    const name = String(list!['manifest_path']).slice(FOLDER.length);
    const entries = readAvroFile(second.get(name)!.bytes, entrySchema(partitionSchema([])), name);
    expect(entries).toMatchObject([
      { status: 0, snapshot_id: 1, sequence_number: 1 },
      { status: 1, snapshot_id: 2, sequence_number: 2 },
    ]);
    expect(entries[0]!['data_file']).toMatchObject({
      column_sizes: [{ key: 1, value: 77 }],
      value_counts: [
        { key: 1, value: 10 },
        { key: 2, value: 10 },
      ],
      null_value_counts: [
        { key: 1, value: 0 },
        { key: 2, value: 10 },
      ],
      lower_bounds: [{ key: 1 }],
    });
  });

  it('lists what it removes for readers of changes, and no reader finds it', async () => {
    const first = written(generationOf(1), [file(0, 1), file(1, 1)]);
    const of = generationOf(2, { previous: previousOf(first, 1), operation: 'overwrite' });
    const writer = new SnapshotWriter(of);
    const kept = [...writer.remove(file(0, 1)), ...writer.add(file(1, 1))];
    const objects = [...kept, ...writer.add(file(2, 2)), ...writer.finish()];
    const second = new Map(objects.map((object) => [object.name, object]));
    const metadata = metadataOf(second, 2);
    expect(await found(metadata, second)).toEqual(['1', '2']);
    const [list] = listOf(second, metadata);
    expect(list).toMatchObject({
      ...{ added_files_count: 1, existing_files_count: 1, deleted_files_count: 1 },
      ...{ deleted_rows_count: 10, min_sequence_number: 1 },
    });
    const name = String(list!['manifest_path']).slice(FOLDER.length);
    const entries = readAvroFile(second.get(name)!.bytes, entrySchema(partitionSchema([])), name);
    expect(entries).toMatchObject([
      { status: 2, snapshot_id: 2, sequence_number: 1, file_sequence_number: 1 },
      { status: 0, snapshot_id: 1 },
      { status: 1, snapshot_id: 2 },
    ]);
    expect(currentSnapshot(metadata).summary).toMatchObject({
      ...{ 'deleted-data-files': '1', 'total-data-files': '2', 'total-records': '20' },
    });
  });

  it('begins a table where it overwrites nothing', () => {
    const objects = written(generationOf(3, { operation: 'overwrite' }), [file(0, 3)]);
    const { summary } = currentSnapshot(metadataOf(objects, 3));
    expect(summary['operation']).toBe('append');
    expect(currentSnapshot(metadataOf(objects, 3))).not.toHaveProperty('parent-snapshot-id');
  });

  it('has no manifest of no files, and none of statistics that are not known', () => {
    const none = written(generationOf(1), []);
    expect([...none.keys()]).toHaveLength(2);
    expect(listOf(none, metadataOf(none, 1))).toEqual([]);
    const bare = written(generationOf(1), [{ ...file(0, 1), statistics: [] }]);
    const [name] = bare.keys();
    const [entry] = readAvroFile(bare.get(name!)!.bytes, entrySchema(partitionSchema([])), name!);
    expect(entry!['data_file']).toMatchObject({ value_counts: null, lower_bounds: null });
  });

  it('never goes back in time', () => {
    const first = written(generationOf(1, { claimedMs: 9000 }), []);
    const second = written(generationOf(2, { previous: previousOf(first, 1) }), []);
    expect(metadataOf(second, 2)['last-updated-ms']).toBe(9000);
  });

  it('writes several manifests of many files', async () => {
    const statistics = [{ column: 'id', min: '1', max: '2' }];
    const uri = 's'.repeat(100_000);
    const files = Array.from({ length: 200 }, () => ({ ...file(0, 1), uri, statistics }));
    const objects = written(generationOf(1), files);
    const metadata = metadataOf(objects, 1);
    expect(listOf(objects, metadata).map((each) => each['added_files_count'])).toEqual([
      84, 84, 32,
    ]);
    expect(await found(metadata, objects)).toHaveLength(200);
  });

  it('names a hundred snapshots', () => {
    let objects = written(generationOf(1), []);
    for (let generation = 2; generation < 104; generation += 1) {
      objects = written(
        generationOf(generation, { previous: previousOf(objects, generation - 1) }),
        [],
      );
    }
    const metadata = metadataOf(objects, 103);
    expect(metadata.snapshots.map((each) => each['snapshot-id'])[0]).toBe(4);
    expect(
      [metadata.snapshots, metadata['snapshot-log'], metadata['metadata-log']].map(
        (each) => each.length,
      ),
    ).toEqual([100, 100, 100]);
  });
});

describe('metadata', () => {
  it('goes on where the columns are the same', () => {
    const metadata = metadataOf(written(generationOf(1), []), 1);
    expect(isContinued(form(), metadata)).toBe(true);
    const other = { ...icebergSchema(COLUMNS.slice(1)), partitionBy: [] };
    expect(isContinued(other, metadata)).toBe(false);
  });

  it('is refused where it is damaged', async () => {
    const refused = (text: string) => () => parseMetadata(text, 'v1.metadata.json');
    expect(refused('{')).toThrow(ManifestError);
    expect(refused('{}')).toThrow('v1.metadata.json is no metadata of a table of Iceberg');
    const objects = written(generationOf(1), [file(0, 1)]);
    const metadata = metadataOf(objects, 1);
    await expect(found({ ...metadata, 'partition-specs': [] }, objects)).rejects.toThrow(
      'a manifest is of the partition spec 0, which the table lacks',
    );
    const [name] = objects.keys();
    const { bytes } = objects.get(name!)!;
    const longer = { ...objects.get(name!)!, bytes: Buffer.concat([bytes, bytes]) };
    await expect(found(metadata, new Map([...objects, [name!, longer]]))).rejects.toThrow(
      `has ${2 * bytes.length} bytes`,
    );
  });
});
