import { identifier } from './quote.ts';
import type { ScalarName } from './scalar-types.ts';

interface ScalarType {
  readonly kind: 'scalar';
  readonly name: ScalarName;
}

/** `precision` digits in all (1 to 38), `scale` of them behind the point. */
export interface DecimalType {
  readonly kind: 'decimal';
  readonly precision: number;
  readonly scale: number;
}

export interface StructField {
  readonly name: string;
  readonly type: ColumnType;
}

interface ListType {
  readonly kind: 'list';
  readonly of: ColumnType;
}

interface StructType {
  readonly kind: 'struct';
  readonly fields: readonly StructField[];
}

interface MapType {
  readonly kind: 'map';
  readonly key: LeafType;
  readonly value: ColumnType;
}

export type LeafType = ScalarType | DecimalType;

/** What a column holds. */
export type ColumnType = LeafType | ListType | StructType | MapType;

/**
 * The type as SQL with every leaf written by `leaf`. Of a request, only the names of fields stand
 * in it, quoted.
 */
function typeSqlWith(type: ColumnType, leaf: (type: LeafType) => string): string {
  switch (type.kind) {
    case 'scalar':
    case 'decimal':
      return leaf(type);
    case 'list':
      return `${typeSqlWith(type.of, leaf)}[]`;
    case 'map':
      return `MAP(${leaf(type.key)}, ${typeSqlWith(type.value, leaf)})`;
    case 'struct': {
      const fields = type.fields.map((f) => `${identifier(f.name)} ${typeSqlWith(f.type, leaf)}`);
      return `STRUCT(${fields.join(', ')})`;
    }
  }
}

/** The type as the engine and the run id read it: one text for every way of writing a type. */
export function typeSql(type: ColumnType): string {
  return typeSqlWith(type, (leaf) =>
    leaf.kind === 'decimal' ? `DECIMAL(${leaf.precision}, ${leaf.scale})` : leaf.name,
  );
}

/** Columns of leaves that a type is in Parquet: each field of a struct is one. */
export function leavesOf(type: ColumnType): number {
  switch (type.kind) {
    case 'list':
      return leavesOf(type.of);
    case 'map':
      return 1 + leavesOf(type.value);
    case 'struct':
      return type.fields.reduce((sum, field) => sum + leavesOf(field.type), 0);
    default:
      return 1;
  }
}

/** Whether values lie in values. */
export function isLeaf(type: ColumnType): type is LeafType {
  return type.kind === 'scalar' || type.kind === 'decimal';
}
