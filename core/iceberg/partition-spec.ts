import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { type AvroRecord, type AvroSchema, optional } from './avro/avro-schema.ts';
import type { IcebergField, IcebergStruct } from './iceberg-type.ts';
import { type IcebergValue, type ValueForm, valueForm } from './iceberg-value.ts';

/** Fields of partitions count from here. */
const FIRST_FIELD = 1000;

/** One column whose values a partition has in common. */
interface PartitionField {
  readonly 'source-id': number;
  readonly 'field-id': number;
  readonly name: string;
  readonly transform: string;
}

export interface PartitionSpec {
  readonly 'spec-id': number;
  readonly fields: readonly PartitionField[];
}

/** Specs that a table has had, and the last number of a field of one. */
export interface KnownSpecs {
  readonly specs: readonly PartitionSpec[];
  readonly lastPartitionId: number;
}

export const NO_SPECS: KnownSpecs = { specs: [], lastPartitionId: FIRST_FIELD - 1 };

function sameFields(spec: PartitionSpec, sources: readonly IcebergField[]): boolean {
  if (spec.fields.length !== sources.length) return false;
  return sources.every(({ id }, index) => spec.fields[index]!['source-id'] === id);
}

/** The column that a name of a partition is of. */
function sourceOf(name: string, { fields }: IcebergStruct): IcebergField {
  const source = fields.find((each) => each.name === name)!;
  const { type } = source;
  if (valueForm(type)?.avro !== undefined) return source;
  const said = typeof type === 'string' ? type : type.type;
  throw new RequestError([
    `the column ${shownName(name)} is ${said} in Iceberg, by which no partitions are made; take one of whole numbers, decimals, texts, days or booleans, or leave out the companion`,
  ]);
}

/**
 * The spec of partitions by the values of columns, and all that the table then has had: an earlier
 * one is taken again, and a column keeps the number of its field.
 *
 * @param partitionBy names of columns of the schema.
 * @throws {RequestError} a column of a type by which no partitions are made.
 */
export function specOf(
  partitionBy: readonly string[],
  schema: IcebergStruct,
  known: KnownSpecs,
): KnownSpecs & { readonly spec: PartitionSpec } {
  const sources = partitionBy.map((name) => sourceOf(name, schema));
  const found = known.specs.find((spec) => sameFields(spec, sources));
  if (found !== undefined) return { ...known, spec: found };
  const before = known.specs.flatMap(({ fields }) => fields);
  let last = known.lastPartitionId;
  const fields = sources.map(({ id, name }) => {
    const old = before.find((field) => field['source-id'] === id);
    if (old === undefined) last += 1;
    const fieldId = old?.['field-id'] ?? last;
    return { 'source-id': id, 'field-id': fieldId, name, transform: 'identity' };
  });
  const spec = { 'spec-id': known.specs.length, fields };
  return { specs: [...known.specs, spec], lastPartitionId: last, spec };
}

/** A column of a spec, and how its values are written. */
export interface PartitionColumn extends ValueForm {
  readonly field: PartitionField;
  readonly avro: AvroSchema;
}

/** The columns of a spec in its order. */
export function partitionColumns(
  { fields }: PartitionSpec,
  schema: IcebergStruct,
): readonly PartitionColumn[] {
  return fields.map((field) => {
    const { type } = schema.fields.find(({ id }) => id === field['source-id'])!;
    const form = valueForm(type)!;
    return { ...form, field, avro: form.avro! };
  });
}

/** Two columns of one type cannot both name it. */
function named(avro: AvroSchema, id: number): AvroSchema {
  return typeof avro === 'object' && 'name' in avro
    ? { ...avro, name: `${avro.name}_${id}` }
    : avro;
}

/** A name as Avro has them: what is none of its characters is written as its number. */
function avroName(name: string): string {
  const safe = name.replaceAll(/[^A-Za-z0-9_]/gu, (each) => {
    const code = each.codePointAt(0)!;
    return `_x${code.toString(16).toUpperCase()}`;
  });
  return /^\d/.test(safe) ? `_${safe}` : safe;
}

/** Names of a partition's values in a manifest; two that would be the same have their numbers. */
export function partitionNames(columns: readonly PartitionColumn[]): readonly string[] {
  const names = columns.map(({ field }) => avroName(field.name));
  return names.map((name, index) =>
    names.indexOf(name) === index ? name : `${name}_${columns[index]!.field['field-id']}`,
  );
}

/** The values of a partition as they stand in a manifest. */
export function partitionSchema(columns: readonly PartitionColumn[]): AvroRecord {
  const names = partitionNames(columns);
  return {
    type: 'record',
    name: 'r102',
    fields: columns.map(({ field, avro }, index) => ({
      name: names[index]!,
      type: optional(named(avro, field['field-id'])),
      'field-id': field['field-id'],
    })),
  };
}

/** One value as a partition's is encoded. */
export function partitionValue(
  { encoded }: PartitionColumn,
  value: IcebergValue | null,
): IcebergValue | null {
  return value === null || encoded === undefined ? value : encoded(value);
}
