import { typeSql } from '#core/tables/schema/column-type.ts';
import { joinedSql, rowBytesSql } from '#core/tables/schema/joined-sql.ts';
import { identifier, literal } from '#core/tables/schema/quote.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { own, readSql, type WantedRows, wantedSql } from '#core/tables/shuffle/shuffle-sql.ts';
import type { KeyColumn } from './key-columns.ts';

/** NULL is a key of its own, the last one, as PostgreSQL sorts it. */
function ordered(columns: readonly string[]): string {
  return columns.map((column) => `${column} ASC NULLS LAST`).join(', ');
}

function placesOf(keys: readonly KeyColumn[]): readonly string[] {
  return keys.map((_, at) => `k${at}`);
}

/**
 * A SELECT of rows, sorted by key and else as they were, with the columns of the schema as `c0`,
 * `c1` and so on.
 *
 * @param rows a SELECT of them.
 */
export function sortedKeysSql(
  rows: string,
  schema: TableSchema,
  keys: readonly KeyColumn[],
): string {
  const columns = schema.map(({ name }, at) => `t.${identifier(name)} AS c${at}`);
  // With the table's name, since a column of the result may be called as one of the table.
  const order = ordered(keys.map(({ name }) => `t.${identifier(name)}`));
  return (
    `SELECT ${columns.join(', ')} FROM ` +
    `(SELECT *, row_number() OVER () AS ${own('row')} FROM (${rows})) AS t ` +
    `ORDER BY ${order}, t.${own('row')}`
  );
}

/**
 * A SELECT of the keys of files of values, in their order: `v0`, `v1` and so on, how many `rows`
 * they have, and over how many these are spread (`span`).
 */
export function sampledKeysSql(
  paths: readonly string[],
  schema: TableSchema,
  keys: readonly KeyColumn[],
): string {
  const values = keys.map(({ name }, at) => `t.${identifier(name)} AS k${at}`).join(', ');
  const names = placesOf(keys);
  const numbered = `SELECT ${values}, row_number() OVER () AS ord FROM (${joinedSql(paths, schema)}) AS t`;
  return (
    `SELECT ${textsSql(keys)}, count(*) AS rows, max(ord) - min(ord) + 1 AS span FROM (${numbered}) ` +
    `GROUP BY ${names.join(', ')} ORDER BY ${ordered(names)}`
  );
}

/**
 * A SELECT of the keys of a file that {@link sortedKeysSql} made, in their order: their values as
 * `k0`, `k1` and so on; the first of their rows (`start`) and how many there are (`rows`); how many
 * bytes of the file these are, row groups taken for even (`bytes`), and how many they take in the
 * engine (`vals`).
 */
export function keyIndexSql(path: string, schema: TableSchema, keys: readonly KeyColumn[]): string {
  const names = placesOf(keys).join(', ');
  const values = keys.map(({ place }, at) => `c${place} AS k${at}`).join(', ');
  const groups =
    'SELECT row_group_id AS id, max(row_group_num_rows) AS n, ' +
    `sum(total_compressed_size) AS b FROM parquet_metadata(${literal(path)}) GROUP BY row_group_id`;
  const before = (of: string) => `CAST(sum(${of}) OVER (ORDER BY id) - ${of} AS BIGINT)`;
  const found =
    `SELECT ${names}, min(ord) AS start, count(*) AS rows, CAST(sum(v) AS BIGINT) AS vals FROM ` +
    `(SELECT ${values}, file_row_number AS ord, ${rowBytesSql(schema)} AS v FROM ${readSql([path])}) ` +
    `GROUP BY ${names}`;
  return (
    `WITH g AS (${groups}), c AS (SELECT n, b, ${before('n')} AS first, ${before('b')} AS before FROM g), ` +
    'p AS (SELECT k.*, c.before + CAST((k.start - c.first) * c.b // c.n AS BIGINT) AS place, ' +
    `(SELECT CAST(sum(b) AS BIGINT) FROM g) AS total FROM (${found}) AS k ASOF JOIN c ON k.start >= c.first) ` +
    `SELECT ${names}, start, rows, vals, coalesce(lead(place) OVER (ORDER BY start), total) - place AS bytes ` +
    'FROM p ORDER BY start'
  );
}

/** A SELECT of the bytes of the longest value of each column of an index of keys: `v0`, `v1`, …. */
export function longestKeysSql(path: string, keys: readonly KeyColumn[]): string {
  const longest = placesOf(keys).map((k, at) => `max(strlen(CAST(${k} AS VARCHAR))) AS v${at}`);
  return `SELECT ${longest.join(', ')} FROM ${readSql([path])}`;
}

/** A SELECT of the keys of all indexes in their order, each once, with the sums of its numbers. */
export function allKeysSql(indexes: readonly string[], keys: readonly KeyColumn[]): string {
  const names = placesOf(keys);
  const sums = ['rows', 'bytes', 'vals'].map((of) => `CAST(sum(${of}) AS BIGINT) AS ${of}`);
  return (
    `SELECT ${[...names, ...sums].join(', ')} FROM ${readSql(indexes)} ` +
    `GROUP BY ${names.join(', ')} ORDER BY ${ordered(names)}`
  );
}

/** A SELECT of how many keys there are, and of the sums of their numbers. */
export function keySumsSql(path: string): string {
  const sums = ['rows', 'bytes', 'vals'].map(
    (of) => `CAST(coalesce(sum(${of}), 0) AS BIGINT) AS ${of}`,
  );
  return `SELECT count(*) AS keys, ${sums.join(', ')} FROM ${readSql([path])}`;
}

/** How heavy keys are, and how heavy those that are moved together may be. */
export interface KeyWeights {
  /** Weight of a byte of values; a byte of what was scattered has 1, and the heavier counts. */
  readonly ofValue: number;
  readonly together: number;
}

/**
 * A SELECT of runs of keys that follow each other, in their order: the number of the first key
 * (`first`), how many there are (`keys`), the sums of their numbers, and their `weight`. A run of
 * several keys is no heavier than {@link KeyWeights.together}.
 *
 * @param path of the file that {@link allKeysSql} made.
 */
export function keyRunsSql(path: string, { ofValue, together }: KeyWeights): string {
  const weight = `greatest(1, bytes, CAST(ceil(vals * CAST(${ofValue} AS DOUBLE)) AS BIGINT))`;
  const step = Math.max(1, Math.floor(together));
  const keys = `SELECT file_row_number AS ord, rows, bytes, vals, ${weight} AS w FROM ${readSql([path])}`;
  const summed = `SELECT *, CAST(sum(w) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS e FROM (${keys})`;
  const sums = ['rows', 'bytes', 'vals'].map((of) => `CAST(sum(${of}) AS BIGINT) AS ${of}`);
  return (
    `SELECT min(ord) AS first, count(*) AS keys, ${sums.join(', ')}, CAST(sum(w) AS BIGINT) AS weight ` +
    `FROM (${summed}) GROUP BY (e - w) // ${step}, (e - 1) // ${step} ORDER BY first`
  );
}

/** A SELECT of the key with the most rows, the first of several: `v0`, `v1`, … and `rows`. */
export function largestKeySql(path: string, keys: readonly KeyColumn[]): string {
  return (
    `SELECT ${textsSql(keys)}, rows FROM ${readSql([path])} ` +
    'ORDER BY rows DESC, file_row_number LIMIT 1'
  );
}

/** Values of keys as SQL prints them. */
function textsSql(keys: readonly KeyColumn[]): string {
  const texts = keys.map(
    ({ type }, at) => `CAST(CAST(k${at} AS ${typeSql(type)}) AS VARCHAR) AS v${at}`,
  );
  return texts.join(', ');
}

/** Numbers that are given as JSON in the first parameter. */
const GIVEN = `(SELECT unnest(from_json($1, '["BIGINT"]')) AS ord)`;

/** A SELECT of the keys of given numbers, in their order: `ord`, and their values `v0`, `v1`, …. */
export function namedKeysSql(path: string, keys: readonly KeyColumn[]): string {
  return (
    `SELECT ord, ${textsSql(keys)} FROM (SELECT *, file_row_number AS ord FROM ${readSql([path])}) ` +
    `SEMI JOIN ${GIVEN} USING (ord) ORDER BY ord`
  );
}

/**
 * A SELECT of the rows that chunks gather, given the numbers of their first keys: the number of the
 * `chunk`, the `mapper`, and the rows of its object from `start` on; sorted by both.
 */
export function keySharesSql(
  path: string,
  indexes: readonly string[],
  keys: readonly KeyColumn[],
): string {
  const names = placesOf(keys);
  const begins = `SELECT ord, row_number() OVER (ORDER BY ord) - 1 AS chunk FROM ${GIVEN}`;
  const placed =
    `SELECT ${names.join(', ')}, chunk FROM (SELECT *, file_row_number AS ord FROM ${readSql([path])}) AS k ` +
    `ASOF JOIN (${begins}) AS b ON k.ord >= b.ord`;
  const same = names.map((name) => `i.${name} IS NOT DISTINCT FROM p.${name}`).join(' AND ');
  return (
    'SELECT chunk, mapper, min(start) AS start, CAST(sum(rows) AS BIGINT) AS rows FROM ' +
    `(SELECT *, CAST(file_index AS BIGINT) AS mapper FROM ${readSql(indexes)}) AS i ` +
    `JOIN (${placed}) AS p ON ${same} GROUP BY chunk, mapper ORDER BY chunk, mapper`
  );
}

/** A SELECT of the shares of chunks `from <= chunk < to` of a file of {@link keySharesSql}. */
export function sharesOfSql(path: string, from: number, to: number): string {
  return `SELECT * FROM ${readSql([path])} WHERE chunk >= ${from} AND chunk < ${to} ORDER BY chunk, mapper`;
}

/**
 * A SELECT of wanted rows of scattered files, in the order of their keys; rows of one key one file
 * after the other.
 *
 * @param schema of the columns that were scattered.
 */
export function gatherKeysSql(
  files: readonly WantedRows[],
  schema: TableSchema,
  keys: readonly KeyColumn[],
): string {
  const order = ordered(keys.map(({ place }) => `t.c${place}`));
  return `${wantedSql(files, schema)} ORDER BY ${order}, t.file_index, t.file_row_number`;
}
