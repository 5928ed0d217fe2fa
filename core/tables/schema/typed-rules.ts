import type { CastRule } from './cast-rule.ts';
import { type LeafType, typeSql } from './column-type.ts';

const INTEGERS = [
  ...['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT'],
  ...['UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'],
];
const MOMENTS = ['DATE', 'TIMESTAMP', 'TIMESTAMP_MS', 'TIMESTAMP_NS'];

/** Fails out of range, and loses nothing. */
const CHECKED: CastRule = {};

type Family = 'whole' | 'decimal' | 'float' | 'moment' | 'other';

function family(type: LeafType): Family {
  if (type.kind === 'decimal') return 'decimal';
  if (INTEGERS.includes(type.name)) return 'whole';
  if (type.name === 'FLOAT' || type.name === 'DOUBLE') return 'float';
  return MOMENTS.includes(type.name) ? 'moment' : 'other';
}

function thereAndBack(from: LeafType): CastRule {
  return {
    suspect: (given, value) => `CAST(${value} AS ${typeSql(from)}) IS DISTINCT FROM ${given}`,
  };
}

function isNumber(of: Family): boolean {
  return of === 'whole' || of === 'decimal' || of === 'float';
}

/**
 * How values of one type, which is not VARCHAR, become values of another one without loss.
 * Undefined: they do not, whatever the value: booleans are no numbers, an instant is no time on a
 * clock.
 */
export function typedRule(from: LeafType, to: LeafType): CastRule | undefined {
  const [one, other] = [family(from), family(to)];
  if (one === 'whole' && (other === 'whole' || other === 'decimal')) return CHECKED;
  if (isNumber(one) && isNumber(other)) return thereAndBack(from);
  if (one === 'moment' && other === 'moment') return thereAndBack(from);
  if (one === 'moment' && typeSql(to) === 'TIMESTAMPTZ') return thereAndBack(from);
  // Bytes become the text of UTF-8 that they are, or fail.
  if (typeSql(to) === 'VARCHAR') return CHECKED;
  return undefined;
}
