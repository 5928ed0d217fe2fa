import type { ColumnType } from '#core/tables/schema/column-type.ts';

type Scalar = Extract<ColumnType, { readonly kind: 'scalar' }>;

const BIGINT: Scalar = { kind: 'scalar', name: 'BIGINT' };
const DOUBLE: Scalar = { kind: 'scalar', name: 'DOUBLE' };
const VARCHAR: Scalar = { kind: 'scalar', name: 'VARCHAR' };

const WIDER: Readonly<Record<string, Scalar>> = {
  ...{ TINYINT: BIGINT, SMALLINT: BIGINT, INTEGER: BIGINT },
  ...{ UTINYINT: BIGINT, USMALLINT: BIGINT, UINTEGER: BIGINT },
  ...{ FLOAT: DOUBLE },
};

/**
 * The widest type for values of this kind, for data that the sample did not show: BIGINT for whole
 * numbers, DOUBLE for others, VARCHAR for whole numbers beyond BIGINT, whose digits a DOUBLE would
 * not keep. Days, times and texts stay.
 */
export function widenType(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'scalar':
      return WIDER[type.name] ?? type;
    case 'decimal':
      return type.scale === 0 ? VARCHAR : DOUBLE;
    case 'list':
      return { kind: 'list', of: widenType(type.of) };
    case 'map':
      return { ...type, value: widenType(type.value) };
    case 'struct': {
      const fields = type.fields.map((field) => ({ ...field, type: widenType(field.type) }));
      return { kind: 'struct', fields };
    }
  }
}
