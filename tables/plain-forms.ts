import type { ColumnType } from '#core/tables/schema/column-type.ts';
import type { PlainForm } from '#core/tables/text/csv/plain-form.ts';
import type { TextTable } from './table-slice.ts';

const FLOAT: PlainForm = { kind: 'float' };

/** Digits of the largest value: what is larger than its type is an error of the engine. */
const FORMS: Readonly<Record<string, PlainForm>> = {
  BOOLEAN: { kind: 'boolean' },
  TINYINT: { kind: 'whole', digits: 3 },
  SMALLINT: { kind: 'whole', digits: 5 },
  INTEGER: { kind: 'whole', digits: 10 },
  BIGINT: { kind: 'whole', digits: 19 },
  UTINYINT: { kind: 'whole', digits: 3 },
  USMALLINT: { kind: 'whole', digits: 5 },
  UINTEGER: { kind: 'whole', digits: 10 },
  UBIGINT: { kind: 'whole', digits: 20 },
  FLOAT,
  DOUBLE: FLOAT,
  DATE: { kind: 'date' },
  TIMESTAMP: { kind: 'timestamp', digits: 6 },
};

function formOf(type: ColumnType): PlainForm | undefined {
  if (type.kind === 'decimal') return { kind: 'decimal', digits: type.scale };
  return type.kind === 'scalar' ? FORMS[type.name] : undefined;
}

/**
 * The types of fields of records that become one column without loss, by their place. Other fields
 * are read as texts.
 */
export function fieldTypes(
  { sources }: Pick<TextTable, 'sources'>,
  fields: number,
): readonly (ColumnType | undefined)[] {
  const types = Array.from<ColumnType | undefined>({ length: fields });
  const seen = new Set<number>();
  for (const { at, column } of sources) {
    if (at === undefined) continue;
    types[at] = seen.has(at) || column.lossy ? undefined : column.type;
    seen.add(at);
  }
  return types;
}

/**
 * The form of each field of records whose values the engine's own reader reads as the strict cast
 * does, and faster.
 */
export function plainForms(
  slice: Pick<TextTable, 'sources'>,
  fields: number,
): readonly (PlainForm | undefined)[] {
  return fieldTypes(slice, fields).map((type) => type && formOf(type));
}
