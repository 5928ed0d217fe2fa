import type { DuckDBType } from '@duckdb/node-api';
import { duckdb } from '#engine/duckdb.ts';

/** What passes between SQL and a function. */
export type FunctionValue = string | number | bigint | boolean | null;

/** A type of SQL that a function takes and gives. */
export interface ValueType {
  readonly sql: string;
  /** What its values are in a function, for messages. */
  readonly said: string;
  /** Whether a column of the type holds the value as it is. */
  holds(value: unknown): boolean;
  /** Of the engine. */
  type(): DuckDBType;
}

function whole(sql: string, least: number, most: number, type: () => DuckDBType): ValueType {
  return {
    ...{ sql, type, said: `a whole number from ${least} to ${most}` },
    holds: (value) => Number.isInteger(value) && least <= Number(value) && Number(value) <= most,
  };
}

function big(sql: string, isWithin: (value: bigint) => boolean, type: () => DuckDBType): ValueType {
  const holds = (value: unknown) => typeof value === 'bigint' && isWithin(value);
  return { sql, type, holds, said: `a bigint of 64 bits` };
}

function isFloat(value: unknown): boolean {
  if (typeof value !== 'number') return false;
  return !Number.isFinite(value) || Number.isFinite(Math.fround(value));
}

const TYPES: readonly ValueType[] = [
  {
    ...{ sql: 'BOOLEAN', said: 'a boolean', type: () => duckdb.BOOLEAN },
    holds: (value) => typeof value === 'boolean',
  },
  whole('TINYINT', -128, 127, () => duckdb.TINYINT),
  whole('SMALLINT', -32_768, 32_767, () => duckdb.SMALLINT),
  whole('INTEGER', -(2 ** 31), 2 ** 31 - 1, () => duckdb.INTEGER),
  big(
    'BIGINT',
    (value) => BigInt.asIntN(64, value) === value,
    () => duckdb.BIGINT,
  ),
  whole('UTINYINT', 0, 255, () => duckdb.UTINYINT),
  whole('USMALLINT', 0, 65_535, () => duckdb.USMALLINT),
  whole('UINTEGER', 0, 2 ** 32 - 1, () => duckdb.UINTEGER),
  big(
    'UBIGINT',
    (value) => BigInt.asUintN(64, value) === value,
    () => duckdb.UBIGINT,
  ),
  { sql: 'FLOAT', said: 'a number of 32 bits', holds: isFloat, type: () => duckdb.FLOAT },
  {
    ...{ sql: 'DOUBLE', said: 'a number', type: () => duckdb.DOUBLE },
    holds: (value) => typeof value === 'number',
  },
  {
    ...{ sql: 'VARCHAR', said: 'a string of whole characters', type: () => duckdb.VARCHAR },
    holds: (value) => typeof value === 'string' && value.isWellFormed(),
  },
];

const BY_NAME = new Map(TYPES.map((type) => [type.sql, type]));

/** The types that a function may have, for messages. */
export const FUNCTION_TYPES: string = TYPES.map(({ sql }) => sql).join(', ');

/** The type of that name; undefined if functions have none such. */
export function valueType(name: unknown): ValueType | undefined {
  return typeof name === 'string' ? BY_NAME.get(name.toUpperCase()) : undefined;
}
