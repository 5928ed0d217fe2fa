import * as z from 'zod/mini';
import { ManifestError } from '#core/errors.ts';
import { readAvroFile } from './avro/avro-file.ts';
import type { LiveFile } from './data-file.ts';
import { icebergSchema, type TableColumn } from './iceberg-schema.ts';
import { entrySchema, MANIFEST_FILE, STATUS } from './manifest-schema.ts';
import {
  type PartitionColumn,
  partitionColumns,
  partitionSchema,
  partitionValue,
} from './partition-spec.ts';
import { currentSnapshot, type TableMetadata } from './table-metadata.ts';

/** A file that readers find in a snapshot. */
export interface FoundFile {
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  /** Values of its partition as a manifest has them, in the order of its spec. */
  readonly partition: string;
}

const listed = z.object({
  manifest_path: z.string(),
  manifest_length: z.number(),
  partition_spec_id: z.number(),
});

const found = z.object({
  status: z.number(),
  data_file: z.object({
    partition: z.record(z.string(), z.unknown()),
    file_path: z.string(),
    record_count: z.number(),
    file_size_in_bytes: z.number(),
  }),
});

/** The columns of partitions of a spec. */
function columnsOf(
  { 'partition-specs': specs }: TableMetadata,
  columns: readonly TableColumn[],
  specId: number,
): readonly PartitionColumn[] {
  const spec = specs.find((each) => each['spec-id'] === specId);
  if (spec === undefined) {
    throw new ManifestError(`a manifest is of the partition spec ${specId}, which the table lacks`);
  }
  return partitionColumns(spec, icebergSchema(columns).schema);
}

function shownValues(values: readonly unknown[]): string {
  const plain = values.map((value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    return typeof value === 'bigint' ? String(value) : value;
  });
  return JSON.stringify(plain);
}

/** What readers have to find of files of a table, see {@link snapshotFiles}. */
export function expectedFile(
  metadata: TableMetadata,
  columns: readonly TableColumn[],
): (file: LiveFile) => FoundFile {
  const own = columnsOf(metadata, columns, metadata['default-spec-id']);
  return ({ uri, rows, bytes, partition }) => {
    const values = own.map((column, at) => {
      const text = partition[at] ?? null;
      return partitionValue(column, text === null ? null : (column.parse(text) ?? null));
    });
    return { uri, rows, bytes, partition: shownValues(values) };
  };
}

/**
 * The files of the current snapshot of metadata that a generation wrote, in its order.
 *
 * @param columns of the output.
 * @param read gives the bytes of an object of the metadata.
 * @throws {ManifestError} one of them is damaged, or has another length.
 */
export async function* snapshotFiles(
  metadata: TableMetadata,
  columns: readonly TableColumn[],
  read: (uri: string) => Promise<Uint8Array>,
): AsyncGenerator<FoundFile> {
  const list = currentSnapshot(metadata)['manifest-list'];
  for (const record of readAvroFile(await read(list), MANIFEST_FILE, list)) {
    const { manifest_path: uri, manifest_length: length, ...own } = listed.parse(record);
    const bytes = await read(uri);
    if (bytes.length !== length) {
      throw new ManifestError(`${uri} has ${bytes.length} bytes, ${list} says ${length}`);
    }
    const schema = partitionSchema(columnsOf(metadata, columns, own.partition_spec_id));
    for (const entry of readAvroFile(bytes, entrySchema(schema), uri)) {
      const { status, data_file: file } = found.parse(entry);
      if (status === STATUS.deleted) continue;
      const { file_path, record_count: rows, file_size_in_bytes: size } = file;
      const partition = shownValues(Object.values(file.partition));
      yield { uri: file_path, rows, bytes: size, partition };
    }
  }
}
