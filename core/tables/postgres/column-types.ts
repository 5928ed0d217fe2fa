import { shownName } from '#core/shown-name.ts';

/** A column as PostgreSQL describes it. */
export interface DatabaseColumn {
  readonly name: string;
  /** As `format_type` writes it, such as `numeric(12,2)` or `timestamp(3) with time zone`. */
  readonly type: string;
}

/** Types of PostgreSQL by their name without digits, and what they are here. */
const EQUALS: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  smallint: 'SMALLINT',
  integer: 'INTEGER',
  bigint: 'BIGINT',
  oid: 'UINTEGER',
  real: 'FLOAT',
  'double precision': 'DOUBLE',
  text: 'VARCHAR',
  name: 'VARCHAR',
  'character varying': 'VARCHAR',
  character: 'VARCHAR',
  json: 'VARCHAR',
  jsonb: 'VARCHAR',
  date: 'DATE',
  'time without time zone': 'TIME',
  'timestamp without time zone': 'TIMESTAMP',
  'timestamp with time zone': 'TIMESTAMPTZ',
  uuid: 'UUID',
  // As the types of a relation are looked up.
  enum: 'VARCHAR',
};

/** Types without an equal, and what to cast them to in the query. */
const CASTS: Readonly<Record<string, string>> = {
  numeric: '::numeric(38, 10), with the digits that it has',
  money: '::numeric(20, 2)',
  bytea: ": encode(…, 'hex')",
  interval: ': extract(epoch from …)::numeric(18, 6)',
  'time with time zone': '::time, or a timestamptz',
};

/** Those of which rows of equal values have equal texts, so that comparing them is enough. */
const EXACT = new Set([
  ...['BOOLEAN', 'SMALLINT', 'INTEGER', 'BIGINT', 'UINTEGER'],
  ...['DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ', 'UUID'],
]);

/** Types that rows may be cut by, as a literal of them is written. */
const KEYS: Readonly<Record<string, string>> = {
  ...{ boolean: 'boolean', smallint: 'smallint', integer: 'integer', bigint: 'bigint' },
  ...{ oid: 'oid', numeric: 'numeric', text: 'text', name: 'name', uuid: 'uuid', date: 'date' },
  ...{ 'character varying': 'text', character: 'bpchar' },
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
};

/** A type without what stands in parentheses. */
function plainName(type: string): string {
  return type.replace(/\(\d+(?:,\d+)?\)/, '').trim();
}

/** The type of the schema that a type of PostgreSQL is; undefined if there is none. */
export function equalType(type: string): string | undefined {
  const digits = /^numeric\((\d+),(\d+)\)$/.exec(type);
  if (digits !== null) {
    const [precision, scale] = [Number(digits[1]), Number(digits[2])];
    return precision <= 38 && scale <= precision ? `DECIMAL(${precision}, ${scale})` : undefined;
  }
  return EQUALS[plainName(type)];
}

/** What is wrong with a column whose type has no equal, and what to do. */
export function typeProblem({ name, type }: DatabaseColumn): string {
  const cast = CASTS[plainName(type)] ?? '::text';
  return `column ${shownName(name)} is ${type}, which has no equal here; cast it in source.postgres.query (${cast}), or give its type in schema, by which its text is read`;
}

/** Whether equal values of a type always have equal texts. */
export function isExact(type: string): boolean {
  return EXACT.has(equalType(type) ?? '');
}

/** The type that a literal of a key has; undefined if rows are not cut by such a type. */
export function keyType(type: string): string | undefined {
  return KEYS[plainName(type)];
}

export const KEY_TYPES = Object.keys(KEYS).join(', ');
