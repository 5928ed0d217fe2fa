import { type ColumnType, isLeaf, typeSql } from './column-type.ts';
import { parquetRelation } from './parquet-relation.ts';
import { identifier } from './quote.ts';
import type { TableSchema } from './table-schema.ts';

/**
 * A SELECT of the rows of Parquet files that the engine wrote with the columns of the schema, one
 * file after the other. Parquet does not keep every type, such as TIMESTAMP_MS, but all values.
 */
export function joinedSql(paths: readonly string[], schema: TableSchema): string {
  const columns = schema.map(
    ({ name, type }, place) => `CAST(c${place} AS ${typeSql(type)}) AS ${identifier(name)}`,
  );
  return `SELECT ${columns.join(', ')} FROM ${parquetRelation({ paths, columns: schema }).sql}`;
}

/** A SELECT of the columns of the schema and of no rows. */
export function emptySql(schema: TableSchema): string {
  const columns = schema.map(
    ({ name, type }) => `CAST(NULL AS ${typeSql(type)}) AS ${identifier(name)}`,
  );
  return `SELECT ${columns.join(', ')} WHERE false`;
}

/** Bytes that a value takes in the engine besides its text. */
const VALUE_BYTES = { text: 16, other: 8 };

/** SQL of the bytes of a value of variable length; undefined where it has none. */
function lengthSql(type: ColumnType, place: number): string | undefined {
  const kind = typeSql(type);
  if (kind === 'BLOB') return `octet_length(c${place})`;
  if (kind === 'VARCHAR') return `strlen(c${place})`;
  return isLeaf(type) ? undefined : `strlen(CAST(c${place} AS VARCHAR))`;
}

/** A SELECT of the one number `bytes`: what the texts in all rows of such files take. */
export function textBytesSql(paths: readonly string[], schema: TableSchema): string {
  const lengths = schema.flatMap(({ type }, place) => lengthSql(type, place) ?? []);
  const sums = lengths.map((length) => `coalesce(sum(${length}), 0)`);
  const { sql } = parquetRelation({ paths, columns: schema });
  // A list, as the engine's expressions may be only 1,000 deep.
  const all = `list_sum([${['count(*) * 0', ...sums].join(', ')}])`;
  return `SELECT CAST(${all} AS DOUBLE) AS bytes FROM ${sql}`;
}

/** A sum that is nested as little as it can be: the engine's expressions are at most 1,000 deep. */
function sumSql(terms: readonly string[]): string {
  const [only, second] = terms;
  if (second === undefined) return only!;
  const half = Math.ceil(terms.length / 2);
  return `(${sumSql(terms.slice(0, half))} + ${sumSql(terms.slice(half))})`;
}

/** SQL of the bytes that the row of such a file takes in the engine. */
export function rowBytesSql(schema: TableSchema): string {
  const lengths = schema.flatMap(({ type }, place) => lengthSql(type, place) ?? []);
  const given = lengths.map((length) => `coalesce(${length}, 0)`);
  return sumSql([String(fixedRowBytes(schema)), ...given]);
}

/** Bytes that a row takes in the engine besides its texts. */
export function fixedRowBytes(schema: TableSchema): number {
  return schema.reduce((sum, { type }, place) => {
    return sum + (lengthSql(type, place) === undefined ? VALUE_BYTES.other : VALUE_BYTES.text);
  }, 0);
}
