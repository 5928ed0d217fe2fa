import { type ColumnType, typeSql } from '#core/tables/schema/column-type.ts';
import type { ScalarName } from '#core/tables/schema/scalar-types.ts';

/** What a column of PostgreSQL is created as, and which others hold all of its values. */
interface PostgresType {
  readonly name: string;
  /** As `format_type` writes them. */
  readonly holds: readonly string[];
  /** Of whole numbers: so many digits of `numeric` hold them. */
  readonly digits?: number;
}

const whole = (digits: number, ...holds: readonly [string, ...string[]]): PostgresType => ({
  ...{ name: holds[0], holds, digits },
});
const only = (name: string, ...holds: readonly string[]): PostgresType => ({
  ...{ name, holds: [name, ...holds] },
});

const TIMESTAMP = only('timestamp without time zone', 'timestamp(6) without time zone');

const SCALARS: Readonly<Record<ScalarName, PostgresType | undefined>> = {
  BOOLEAN: only('boolean'),
  TINYINT: whole(3, 'smallint', 'integer', 'bigint'),
  SMALLINT: whole(5, 'smallint', 'integer', 'bigint'),
  INTEGER: whole(10, 'integer', 'bigint'),
  BIGINT: whole(19, 'bigint'),
  UTINYINT: whole(3, 'smallint', 'integer', 'bigint'),
  USMALLINT: whole(5, 'integer', 'bigint'),
  UINTEGER: whole(10, 'bigint'),
  UBIGINT: whole(20, 'numeric(20,0)'),
  FLOAT: only('real'),
  DOUBLE: only('double precision'),
  VARCHAR: only('text', 'character varying'),
  BLOB: only('bytea'),
  DATE: only('date'),
  TIME: only('time without time zone', 'time(6) without time zone'),
  TIMESTAMP,
  TIMESTAMP_MS: TIMESTAMP,
  // PostgreSQL would round to microseconds without a word.
  TIMESTAMP_NS: undefined,
  TIMESTAMPTZ: only('timestamp with time zone', 'timestamp(6) with time zone'),
  UUID: only('uuid'),
};

const NUMERIC = /^numeric(?:\((\d+),(\d+)\))?$/;

/** Whether `numeric` of a column holds so many digits before and behind the point. */
function holdsDigits(found: string, before: number, behind: number): boolean {
  const match = NUMERIC.exec(found);
  if (match === null) return false;
  const [, precision, scale] = match;
  if (precision === undefined) return true;
  return Number(scale) >= behind && Number(precision) - Number(scale) >= before;
}

/** The type that a column is created as; undefined where PostgreSQL has none that keeps all. */
export function postgresTypeOf(type: ColumnType): string | undefined {
  if (type.kind === 'decimal') return `numeric(${type.precision},${type.scale})`;
  return type.kind === 'scalar' ? SCALARS[type.name]?.name : undefined;
}

/** Whether a column of PostgreSQL holds every value of a type without loss. */
export function isHeldBy(type: ColumnType, found: string): boolean {
  if (type.kind === 'decimal') {
    return holdsDigits(found, type.precision - type.scale, type.scale);
  }
  const own = type.kind === 'scalar' ? SCALARS[type.name] : undefined;
  if (own === undefined) return false;
  if (own.holds.includes(found)) return true;
  return own.digits !== undefined && holdsDigits(found, own.digits, 0);
}

/** Why a column cannot be loaded; undefined if it can. */
export function postgresProblem({
  name,
  type,
}: {
  readonly name: string;
  readonly type: ColumnType;
}): string | undefined {
  if (postgresTypeOf(type) !== undefined) return undefined;
  const isNanos = type.kind === 'scalar';
  const advice = isNanos
    ? 'PostgreSQL keeps microseconds; give TIMESTAMP'
    : 'a nested type; take its fields apart by transform.sql, or cast it to VARCHAR';
  return `the column ${JSON.stringify(name)} is ${typeSql(type)}: ${advice}`;
}
