import type { ColumnType, LeafType } from './column-type.ts';

/** The type of a text. */
export const TEXT: LeafType = { kind: 'scalar', name: 'VARCHAR' };

/** The type with texts for leaves: how JSON is read whose numbers were made strings. */
export function textForm(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'list':
      return { kind: 'list', of: textForm(type.of) };
    case 'map':
      return { kind: 'map', key: TEXT, value: textForm(type.value) };
    case 'struct': {
      const fields = type.fields.map((field) => ({ name: field.name, type: textForm(field.type) }));
      return { kind: 'struct', fields };
    }
    default:
      return TEXT;
  }
}
