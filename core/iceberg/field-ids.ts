import { icebergSchema, type TableColumn } from './iceberg-schema.ts';
import type { IcebergField, IcebergType } from './iceberg-type.ts';

/** The number of a column, and those of what is nested in it. */
interface FieldId {
  readonly name: string;
  readonly id: number;
  readonly fields?: readonly FieldId[];
}

/** What is nested in a type, by the names that lists and maps have in Parquet. */
function nestedIn(type: IcebergType): readonly Pick<IcebergField, 'id' | 'name' | 'type'>[] {
  if (typeof type === 'string') return [];
  if (type.type === 'struct') return type.fields;
  if (type.type === 'list') {
    return [{ id: type['element-id'], name: 'element', type: type.element }];
  }
  return [
    { id: type['key-id'], name: 'key', type: type.key },
    { id: type['value-id'], name: 'value', type: type.value },
  ];
}

function numberOf({ id, name, type }: Pick<IcebergField, 'id' | 'name' | 'type'>): FieldId {
  const fields = nestedIn(type).map(numberOf);
  return { name, id, ...(fields.length > 0 && { fields }) };
}

/**
 * The numbers of the columns of a table, which stand in its files.
 *
 * @throws {RequestError} with every type and name that Iceberg does not have.
 */
export function fieldIds(columns: readonly TableColumn[]): readonly FieldId[] {
  return icebergSchema(columns).schema.fields.map(numberOf);
}

interface MappedField {
  readonly 'field-id': number;
  readonly names: readonly string[];
  readonly fields?: readonly MappedField[];
}

function mapped({ id, name, fields }: FieldId): MappedField {
  return { 'field-id': id, names: [name], ...(fields && { fields: fields.map(mapped) }) };
}

/** How the columns of files without numbers of columns are found: by their names. */
export function nameMapping(fields: readonly IcebergField[]): string {
  return JSON.stringify(fields.map(numberOf).map(mapped));
}
