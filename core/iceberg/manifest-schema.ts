import { type AvroField, type AvroRecord, type AvroSchema, optional } from './avro/avro-schema.ts';

/** What a file is for in a manifest: it came before, or came or went with its own snapshot. */
export const STATUS = { existing: 0, added: 1, deleted: 2 } as const;

function field(id: number, name: string, type: AvroSchema): AvroField {
  return { name, type, 'field-id': id };
}

/** A map whose keys are numbers of columns, which Avro has only as an array of pairs. */
function mapOf(keyId: number, valueId: number, value: AvroSchema): AvroSchema {
  const items: AvroRecord = {
    type: 'record',
    name: `k${keyId}_v${valueId}`,
    fields: [field(keyId, 'key', 'int'), field(valueId, 'value', value)],
  };
  return optional({ type: 'array', items, logicalType: 'map' });
}

/** What a manifest says of one file. @see https://iceberg.apache.org/spec/#manifests */
function dataFile(partition: AvroRecord): AvroRecord {
  return {
    type: 'record',
    name: 'r2',
    fields: [
      field(134, 'content', 'int'),
      field(100, 'file_path', 'string'),
      field(101, 'file_format', 'string'),
      field(102, 'partition', partition),
      field(103, 'record_count', 'long'),
      field(104, 'file_size_in_bytes', 'long'),
      field(108, 'column_sizes', mapOf(117, 118, 'long')),
      field(109, 'value_counts', mapOf(119, 120, 'long')),
      field(110, 'null_value_counts', mapOf(121, 122, 'long')),
      field(125, 'lower_bounds', mapOf(126, 127, 'bytes')),
      field(128, 'upper_bounds', mapOf(129, 130, 'bytes')),
    ],
  };
}

/** An entry of a manifest of data files. */
export function entrySchema(partition: AvroRecord): AvroRecord {
  return {
    type: 'record',
    name: 'manifest_entry',
    fields: [
      field(0, 'status', 'int'),
      field(1, 'snapshot_id', optional('long')),
      field(3, 'sequence_number', optional('long')),
      field(4, 'file_sequence_number', optional('long')),
      field(2, 'data_file', dataFile(partition)),
    ],
  };
}

const SUMMARY: AvroRecord = {
  type: 'record',
  name: 'r508',
  fields: [
    field(509, 'contains_null', 'boolean'),
    field(518, 'contains_nan', optional('boolean')),
    field(510, 'lower_bound', optional('bytes')),
    field(511, 'upper_bound', optional('bytes')),
  ],
};

/** A manifest in the list of those of a snapshot. */
export const MANIFEST_FILE: AvroRecord = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    field(500, 'manifest_path', 'string'),
    field(501, 'manifest_length', 'long'),
    field(502, 'partition_spec_id', 'int'),
    field(517, 'content', 'int'),
    field(515, 'sequence_number', 'long'),
    field(516, 'min_sequence_number', 'long'),
    field(503, 'added_snapshot_id', 'long'),
    field(504, 'added_files_count', 'int'),
    field(505, 'existing_files_count', 'int'),
    field(506, 'deleted_files_count', 'int'),
    field(512, 'added_rows_count', 'long'),
    field(513, 'existing_rows_count', 'long'),
    field(514, 'deleted_rows_count', 'long'),
    field(507, 'partitions', optional({ type: 'array', items: SUMMARY, 'element-id': 508 })),
  ],
};
