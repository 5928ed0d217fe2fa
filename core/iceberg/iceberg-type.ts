import type { ColumnType, LeafType } from '#core/tables/schema/column-type.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import type { ScalarName } from '#core/tables/schema/scalar-types.ts';

interface IcebergList {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly 'element-required': false;
  readonly element: IcebergType;
}

interface IcebergMap {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergType;
  readonly 'value-id': number;
  readonly 'value-required': false;
  readonly value: IcebergType;
}

export interface IcebergStruct {
  readonly type: 'struct';
  readonly fields: readonly IcebergField[];
}

/** A column, or a field of a struct. */
export interface IcebergField {
  readonly id: number;
  readonly name: string;
  readonly required: false;
  readonly type: IcebergType;
}

/** A type as it stands in the metadata of a table; those that are not nested are words. */
export type IcebergType = string | IcebergList | IcebergMap | IcebergStruct;

/** Types of Iceberg, version 2, whose values lie in Parquet as the engine writes them. */
const SCALARS: Readonly<Record<ScalarName, string | undefined>> = {
  ...{ BOOLEAN: 'boolean', TINYINT: 'int', SMALLINT: 'int', INTEGER: 'int', BIGINT: 'long' },
  // Spark's reader has none of the types without a sign, whatever would hold their values.
  ...{ UTINYINT: undefined, USMALLINT: undefined, UINTEGER: undefined, UBIGINT: undefined },
  ...{ FLOAT: 'float', DOUBLE: 'double', VARCHAR: 'string', BLOB: 'binary' },
  ...{ DATE: 'date', TIME: 'time', TIMESTAMP: 'timestamp', TIMESTAMPTZ: 'timestamptz' },
  ...{ TIMESTAMP_MS: undefined, TIMESTAMP_NS: undefined, UUID: 'uuid' },
};

/** What holds the values of types that Iceberg does not have. */
const INSTEAD: Readonly<Record<string, string>> = {
  UTINYINT: 'SMALLINT',
  USMALLINT: 'INTEGER',
  UINTEGER: 'BIGINT',
  UBIGINT: 'DECIMAL(20, 0)',
  TIMESTAMP_MS: 'TIMESTAMP',
  TIMESTAMP_NS: 'TIMESTAMP',
};

function leafType(type: LeafType): string | undefined {
  if (type.kind === 'decimal') return `decimal(${type.precision}, ${type.scale})`;
  return SCALARS[type.name];
}

/** The leaves of a type that Iceberg does not have, in order. */
function foreignLeaves(type: ColumnType): readonly LeafType[] {
  switch (type.kind) {
    case 'list':
      return foreignLeaves(type.of);
    case 'map':
      return [type.key, type.value].flatMap(foreignLeaves);
    case 'struct':
      return type.fields.flatMap((field) => foreignLeaves(field.type));
    default:
      return leafType(type) === undefined ? [type] : [];
  }
}

/**
 * What keeps a type from Iceberg, to follow the name of its column; undefined if nothing does.
 * Types of a whole table are proved by it before {@link numberedType} is asked.
 */
export function typeProblem(type: ColumnType): string | undefined {
  const [foreign] = foreignLeaves(type);
  if (foreign === undefined) return undefined;
  const own = typeSql(foreign);
  const where = typeSql(type) === own ? 'is' : 'has';
  return `${where} ${own}, which Iceberg 2 does not have; cast it to ${INSTEAD[own]}, or leave out the companion`;
}

/** The type of Iceberg for one that it has; each nested part gets the next number. */
export function numberedType(type: ColumnType, next: () => number): IcebergType {
  switch (type.kind) {
    case 'list': {
      const id = next();
      const element = numberedType(type.of, next);
      return { type: 'list', 'element-id': id, 'element-required': false, element };
    }
    case 'map': {
      const [key, value] = [next(), next()];
      return {
        ...{ type: 'map', 'key-id': key, key: numberedType(type.key, next) },
        ...{ 'value-id': value, 'value-required': false },
        value: numberedType(type.value, next),
      };
    }
    case 'struct': {
      const ids = type.fields.map(next);
      const fields = type.fields.map((field, index) => ({
        ...{ id: ids[index]!, name: field.name, required: false as const },
        type: numberedType(field.type, next),
      }));
      return { type: 'struct', fields };
    }
    default:
      return leafType(type)!;
  }
}
