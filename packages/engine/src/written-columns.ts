import type { Json } from '@duckdb/node-api';
import { identifier } from './quote.ts';

/** A column of a SELECT. */
export interface Column {
  readonly name: string;
  /** As SQL writes it, such as `DECIMAL(12,2)`. */
  readonly type: string;
}

/** A column of a file that was written, with its statistics. */
export interface WrittenColumn extends Column {
  /**
   * Bounds as texts, as SQL prints them: no value lies outside. Long texts have shorter bounds.
   * Undefined where there are none: CSV, JSON lines, a nested type, NULLs alone, NaN.
   */
  readonly min: string | undefined;
  readonly max: string | undefined;
  /** NULLs; undefined in CSV, JSON lines and nested types. */
  readonly nulls: number | undefined;
}

/** What a map of SQL becomes in JSON: `[{ key, value }]`. */
function mapOf(json: unknown): ReadonlyMap<string, unknown> {
  const entries = Array.isArray(json) ? json : [];
  return new Map(entries.map(({ key, value }) => [String(key), value]));
}

/** Statistics write BOOLEAN as a digit, unlike SQL. */
function bound(value: unknown, type: string): string | undefined {
  if (value === undefined) return undefined;
  return type === 'BOOLEAN' ? String(value !== '0' && value !== 'false') : String(value);
}

/** The columns in their order, with what RETURN_STATS says of each. */
export function writtenColumns(columns: readonly Column[], statistics?: Json): WrittenColumn[] {
  const byName = mapOf(statistics);
  return columns.map(({ name, type }) => {
    const found = mapOf(byName.get(identifier(name)));
    const nulls = found.get('null_count');
    return {
      ...{ name, type, min: bound(found.get('min'), type), max: bound(found.get('max'), type) },
      nulls: nulls === undefined ? undefined : Number(nulls),
    };
  });
}
