import { readAvroFile } from '#core/iceberg/avro/avro-file.ts';
import type { LiveFile } from '#core/iceberg/data-file.ts';
import { icebergSchema } from '#core/iceberg/iceberg-schema.ts';
import { MANIFEST_FILE } from '#core/iceberg/manifest-schema.ts';
import { snapshotFiles } from '#core/iceberg/read-snapshot.ts';
import {
  type IcebergGeneration,
  type IcebergObject,
  metadataName,
  type PreviousSnapshot,
  SnapshotWriter,
} from '#core/iceberg/snapshot-writer.ts';
import {
  currentSnapshot,
  parseMetadata,
  type TableMetadata,
} from '#core/iceberg/table-metadata.ts';

export const COLUMNS = [
  { name: 'id', type: 'BIGINT' },
  { name: 'day', type: 'DATE' },
  { name: 'gr\u00fc\u00dfe', type: 'DECIMAL(5, 2)' },
  { name: 'key', type: 'VARCHAR' },
  { name: '1 key', type: 'DECIMAL(5, 2)' },
  { name: 'uuid', type: 'UUID' },
  { name: 'l', type: 'INTEGER[]' },
];
export const FOLDER = 's3://lake/t/_manifest/iceberg/';
export const form = (partitionBy: readonly string[] = []) => ({
  ...icebergSchema(COLUMNS),
  partitionBy,
});

export function generationOf(
  generation: number,
  more: Partial<IcebergGeneration> = {},
): IcebergGeneration {
  const runId = `${generation}`.repeat(32).slice(0, 32);
  const operation = 'append';
  return {
    generation,
    runId,
    claimedMs: 1000 * generation,
    folder: FOLDER,
    form: form(),
    operation,
    ...more,
  };
}

export function file(
  index: number,
  addedBy: number,
  partition: LiveFile['partition'] = [],
): LiveFile {
  const statistics = [
    { column: 'id', min: `${index}`, max: `${index + 9}`, nulls: 0, bytes: 77 },
    { column: 'day', nulls: 10 },
    { column: 'gone', min: '1' },
  ];
  return { uri: `s3://lake/t/data/${index}`, rows: 10, bytes: 100, addedBy, partition, statistics };
}

/** Objects by their names. */
export function written(
  of: IcebergGeneration,
  files: readonly LiveFile[],
): Map<string, IcebergObject> {
  const writer = new SnapshotWriter(of);
  const objects = [...files.flatMap((each) => writer.add(each)), ...writer.finish()];
  return new Map(objects.map((object) => [object.name, object]));
}

export function metadataOf(objects: Map<string, IcebergObject>, generation: number): TableMetadata {
  const name = metadataName(generation);
  return parseMetadata(Buffer.from(objects.get(name)!.bytes).toString(), name);
}

export function previousOf(
  objects: Map<string, IcebergObject>,
  generation: number,
): PreviousSnapshot {
  const metadata = metadataOf(objects, generation);
  const list = currentSnapshot(metadata)['manifest-list'].slice(FOLDER.length);
  const uri = `${FOLDER}${metadataName(generation)}`;
  return { uri, metadata, manifestList: objects.get(list)!.bytes };
}

export async function found(metadata: TableMetadata, objects: Map<string, IcebergObject>) {
  const read = async (uri: string) => objects.get(uri.slice(FOLDER.length))!.bytes;
  return await Array.fromAsync(snapshotFiles(metadata, COLUMNS, read), ({ uri }) => uri.at(-1));
}

export const listOf = (objects: Map<string, IcebergObject>, metadata: TableMetadata) =>
  readAvroFile(
    objects.get(currentSnapshot(metadata)['manifest-list'].slice(FOLDER.length))!.bytes,
    MANIFEST_FILE,
    'list',
  );

/** Bytes as their digits, for `JSON.stringify`. */
export function plain(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;
}
