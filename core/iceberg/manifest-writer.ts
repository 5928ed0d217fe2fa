import { ManifestError } from '#core/errors.ts';
import { AvroRecords } from './avro/avro-file.ts';
import type { AvroValue } from './avro/avro-schema.ts';
import { type LiveFile, metricsOf } from './data-file.ts';
import type { IcebergSchema } from './iceberg-schema.ts';
import type { IcebergValue } from './iceberg-value.ts';
import { entrySchema, STATUS } from './manifest-schema.ts';
import {
  type PartitionColumn,
  type PartitionSpec,
  partitionColumns,
  partitionNames,
  partitionSchema,
  partitionValue,
} from './partition-spec.ts';
import { PartitionSummary } from './partition-summary.ts';

/** What all manifests of a snapshot have in common. */
export interface ManifestForm {
  readonly schema: IcebergSchema;
  readonly spec: PartitionSpec;
  /** Number of the snapshot. */
  readonly generation: number;
  readonly sync: Uint8Array;
}

/** Files and rows of a manifest. */
interface Count {
  files: number;
  rows: number;
}

function counted(count: Count, { rows }: LiveFile): void {
  count.files += 1;
  count.rows += rows;
}

/** One manifest: entries of files, and what the list of manifests says of them. */
export class ManifestWriter {
  readonly #form: ManifestForm;
  readonly #columns: readonly PartitionColumn[];
  readonly #names: readonly string[];
  readonly #records: AvroRecords;
  readonly #summaries: readonly PartitionSummary[];
  readonly #added: Count = { files: 0, rows: 0 };
  readonly #existing: Count = { files: 0, rows: 0 };
  readonly #deleted: Count = { files: 0, rows: 0 };
  #first: number;

  constructor(form: ManifestForm) {
    this.#form = form;
    this.#columns = partitionColumns(form.spec, form.schema);
    this.#names = partitionNames(this.#columns);
    this.#records = new AvroRecords(entrySchema(partitionSchema(this.#columns)));
    this.#summaries = this.#columns.map((column) => new PartitionSummary(column));
    this.#first = form.generation;
  }

  get files(): number {
    return this.#records.count;
  }

  /** Bytes of its entries so far. */
  get length(): number {
    return this.#records.length;
  }

  /** @throws {ManifestError} a value of the partition is none of its column. */
  add(file: LiveFile): void {
    const { addedBy } = file;
    const isAdded = addedBy === this.#form.generation;
    this.#first = Math.min(this.#first, addedBy);
    counted(isAdded ? this.#added : this.#existing, file);
    this.#record(file, { status: isAdded ? STATUS.added : STATUS.existing, snapshot_id: addedBy });
  }

  /**
   * Adds a file that the snapshot no longer has: readers of changes ask for it.
   *
   * @throws {ManifestError} a value of the partition is none of its column.
   */
  remove(file: LiveFile): void {
    counted(this.#deleted, file);
    this.#record(file, { status: STATUS.deleted, snapshot_id: this.#form.generation });
  }

  #record(file: LiveFile, entry: { readonly status: number; readonly snapshot_id: number }): void {
    const { uri, rows, bytes, addedBy } = file;
    this.#records.add({
      ...entry,
      sequence_number: addedBy,
      file_sequence_number: addedBy,
      data_file: {
        ...{ content: 0, file_path: uri, file_format: 'PARQUET' },
        partition: this.#partitionOf(file),
        ...{ record_count: rows, file_size_in_bytes: bytes, ...metricsOf(file, this.#form.schema) },
      },
    });
  }

  /** The file of the manifest. */
  bytes(): Uint8Array {
    const { schema, spec, sync } = this.#form;
    const metadata = {
      schema: JSON.stringify(schema),
      'schema-id': String(schema['schema-id']),
      'partition-spec': JSON.stringify(spec.fields),
      'partition-spec-id': String(spec['spec-id']),
      'format-version': '2',
      content: 'data',
    };
    return this.#records.file(metadata, sync);
  }

  /** What the list of manifests says of it. */
  listed(uri: string, bytes: number): Readonly<Record<string, AvroValue>> {
    const { spec, generation } = this.#form;
    return {
      ...{ manifest_path: uri, manifest_length: bytes, partition_spec_id: spec['spec-id'] },
      ...{ content: 0, sequence_number: generation, min_sequence_number: this.#first },
      ...{ added_snapshot_id: generation, added_files_count: this.#added.files },
      ...{ existing_files_count: this.#existing.files },
      deleted_files_count: this.#deleted.files,
      ...{ added_rows_count: this.#added.rows, existing_rows_count: this.#existing.rows },
      deleted_rows_count: this.#deleted.rows,
      partitions: this.#summaries.map((each) => each.record()),
    };
  }

  #partitionOf({ uri, partition }: LiveFile): Readonly<Record<string, AvroValue>> {
    const values = this.#columns.map((column, index) => {
      const value = parsedValue(column, partition[index]);
      if (value !== undefined) return value;
      const given = JSON.stringify(partition[index]);
      throw new ManifestError(
        `${uri} has ${given} in ${column.field.name}, which is no value of it`,
      );
    });
    this.#summaries.forEach((summary, index) => {
      summary.add(values[index]!);
    });
    return Object.fromEntries(
      this.#columns.map((column, index) => [
        this.#names[index]!,
        partitionValue(column, values[index]!),
      ]),
    );
  }
}

function parsedValue(
  { parse }: PartitionColumn,
  text: string | null | undefined,
): IcebergValue | null | undefined {
  return text === null || text === undefined ? text : parse(text);
}
