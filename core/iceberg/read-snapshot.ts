import * as z from 'zod/mini';
import { ManifestError } from '#core/errors.ts';
import { readAvroFile } from './avro/avro-file.ts';
import type { AvroRecord } from './avro/avro-schema.ts';
import { icebergSchema, type TableColumn } from './iceberg-schema.ts';
import { entrySchema, MANIFEST_FILE } from './manifest-schema.ts';
import { partitionColumns, partitionSchema } from './partition-spec.ts';
import { currentSnapshot, type TableMetadata } from './table-metadata.ts';

/** A file that readers find in a snapshot. */
export interface FoundFile {
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
}

const listed = z.object({
  manifest_path: z.string(),
  manifest_length: z.number(),
  partition_spec_id: z.number(),
});

const found = z.object({
  data_file: z.object({
    file_path: z.string(),
    record_count: z.number(),
    file_size_in_bytes: z.number(),
  }),
});

/** The form of the entries of manifests of a spec. */
function entriesOf(
  { 'partition-specs': specs }: TableMetadata,
  columns: readonly TableColumn[],
  specId: number,
): AvroRecord {
  const spec = specs.find((each) => each['spec-id'] === specId);
  if (spec === undefined) {
    throw new ManifestError(`a manifest is of the partition spec ${specId}, which the table lacks`);
  }
  return entrySchema(partitionSchema(partitionColumns(spec, icebergSchema(columns).schema)));
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
    const schema = entriesOf(metadata, columns, own.partition_spec_id);
    for (const entry of readAvroFile(bytes, schema, uri)) {
      const { data_file: file } = found.parse(entry);
      const { file_path, record_count: rows, file_size_in_bytes: size } = file;
      yield { uri: file_path, rows, bytes: size };
    }
  }
}
