import { identifier, literal } from '#core/tables/schema/quote.ts';
import { type DatabaseColumn, isExact } from './column-types.ts';
import { columnSql, type KeyColumn, type KeyRange, rangeSql } from './key-range.ts';
import type { TableName } from './table-name.ts';

/** What is read of a database: a table, or what one SELECT gives. */
export type Relation = TableName | { readonly query: string };

/** What is looked at of a table. */
export interface SampledRows {
  /** At most. */
  readonly rows: number;
  /** Rows that it has. */
  readonly of: number;
  /** Whether it lies in blocks: no query, no view. */
  readonly hasBlocks: boolean;
}

/** Blocks that are sampled are chosen by this, always the same. */
const SEED = 17;

/** More rows than are asked for are read in blocks, as blocks differ. */
const ROOM = 2;

/**
 * SQL that stands after FROM. A query was prepared alone before, so that it is one statement whose
 * parentheses, quotes and comments end in it.
 */
function fromSql(relation: Relation, sampled = ''): string {
  if ('query' in relation) return `(\n${relation.query}\n) AS q`;
  return `${identifier(relation.schema)}.${identifier(relation.table)} AS q${sampled}`;
}

/** A statement that PostgreSQL accepts only if a query is one statement. */
export function prepareSql(name: string, query: string): string {
  return `PREPARE ${identifier(name)} AS\n${query}\n`;
}

/** A SELECT of no rows, whose columns are those of the relation. */
export function noRowsSql(relation: Relation): string {
  return `SELECT q.* FROM ${fromSql(relation)} LIMIT 0`;
}

/**
 * Whether a table lies in blocks, of which some can be read: a view does not, nor does a foreign
 * table.
 */
export function hasBlocksSql({ schema, table }: TableName): string {
  const name = literal(`${identifier(schema)}.${identifier(table)}`);
  return `SELECT relkind IN ('r', 'm', 'p') FROM pg_class WHERE oid = ${name}::regclass`;
}

function keyOrder(key: readonly KeyColumn[]): string {
  return key.map(({ name }) => `${columnSql(name)} ASC NULLS LAST`).join(', ');
}

/** A SELECT of each key, as texts, and the number of its rows, in the order of the keys. */
export function countSql(relation: Relation, key: readonly KeyColumn[]): string {
  const names = key.map(({ name }) => columnSql(name));
  const texts = names.map((name) => `${name}::text`);
  const columns = [...texts, 'count(*)::text'].join(', ');
  return `SELECT ${columns} FROM ${fromSql(relation)} GROUP BY ${names.join(', ')} ORDER BY ${keyOrder(key)}`;
}

/** Breaks ties: rows that are equal in all of these are equal in what is read of them. */
function tieOrder(columns: readonly DatabaseColumn[]): readonly string[] {
  return columns.map(({ name, type }) =>
    isExact(type) ? columnSql(name) : `${columnSql(name)}::text COLLATE "C"`,
  );
}

function copySql(select: string): string {
  return `COPY (${select}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')`;
}

function namesSql(columns: readonly DatabaseColumn[]): string {
  return columns.map(({ name }) => columnSql(name)).join(', ');
}

/** A COPY of the rows of a range of keys as CSV, in a total order: by key, then by all columns. */
export function copyRangeSql(
  relation: Relation,
  read: { readonly key: readonly KeyColumn[]; readonly columns: readonly DatabaseColumn[] },
  range: KeyRange,
): string {
  const { key, columns } = read;
  const order = [keyOrder(key), ...tieOrder(columns)].join(', ');
  return copySql(
    `SELECT ${namesSql(columns)} FROM ${fromSql(relation)} WHERE ${rangeSql(key, range)} ORDER BY ${order}`,
  );
}

/** A COPY of some rows as CSV: of a table from blocks all over it, of a query the first ones. */
export function copySampleSql(
  relation: Relation,
  columns: readonly DatabaseColumn[],
  { rows, of, hasBlocks }: SampledRows,
): string {
  const percent = (100 * ROOM * rows) / Math.max(1, of);
  const isWhole = !hasBlocks || percent >= 100;
  const sampled = isWhole ? '' : ` TABLESAMPLE SYSTEM (${percent}) REPEATABLE (${SEED})`;
  return copySql(`SELECT ${namesSql(columns)} FROM ${fromSql(relation, sampled)} LIMIT ${rows}`);
}
