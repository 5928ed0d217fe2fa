import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';

const isOf = (type: ColumnType, name: string) => type.kind === 'scalar' && type.name === name;

/** SQL of the engine that gives a value as the CSV of COPY has it, where that differs. */
function copied(type: ColumnType, value: string): string | undefined {
  if (isOf(type, 'BLOB')) return `'\\x' || lower(hex(${value}))`;
  // The engine writes `(BC)`, PostgreSQL reads `BC`.
  const hasYears = ['DATE', 'TIMESTAMP', 'TIMESTAMP_MS', 'TIMESTAMPTZ'].some((name) =>
    isOf(type, name),
  );
  return hasYears ? `replace(CAST(${value} AS VARCHAR), ' (BC)', ' BC')` : undefined;
}

/**
 * How the engine writes the columns of a CSV for COPY. Texts are always in quotes: a lone `\.`
 * without them ends the data for servers before PostgreSQL 18, without a word.
 */
export function copiedColumns(schema: TableSchema): {
  readonly quoted: readonly string[];
  readonly values?: readonly string[];
} {
  const quoted = schema.filter(({ type }) => isOf(type, 'VARCHAR')).map(({ name }) => name);
  const values = schema.map(({ name, type }) => {
    const given = identifier(name);
    const value = copied(type, given);
    return value === undefined ? given : `${value} AS ${given}`;
  });
  const isPlain = values.every((value, index) => value === identifier(schema[index]!.name));
  return { quoted, ...(!isPlain && { values }) };
}
