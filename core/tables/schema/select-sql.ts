import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { isLeaf, typeSql } from './column-type.ts';
import { identifier, literal } from './quote.ts';
import type { Relation } from './relation.ts';
import { castBefore, castFails, engineCast, strictCast } from './strict-cast.ts';
import type { Column } from './table-schema.ts';
import { TEXT } from './text-form.ts';

/** Where a column of the schema comes from. */
export interface ColumnSource {
  readonly column: Column;
  /** The place of its column in the relation. Undefined: the source has none. */
  readonly at?: number;
  /** Text of the value that stands in for NULL. */
  readonly default?: string;
}

/** What is read, and as what. */
export interface Selection {
  readonly sources: readonly ColumnSource[];
  readonly relation: Relation;
}

/** SQL over the columns of the relation, and over `v0`, `v1` and so on: what was cast before. */
interface ReadColumn {
  readonly value: string;
  readonly fails: string;
  /** Of a value that fails, for its message. */
  readonly text: string;
  /** What the engine's cast makes of the column, for `v` and its place in the schema. */
  readonly before?: (attempt: '' | 'TRY_') => string;
}

function readColumn(source: ColumnSource, place: number, { types, open }: Relation): ReadColumn {
  const { at } = source;
  const { type: to, lossy } = source.column;
  if (at === undefined) {
    return { value: `CAST(NULL AS ${typeSql(to)})`, fails: 'false', text: 'NULL' };
  }
  const given = `c${at}`;
  const cast = { from: types[at]!, to, lossy };
  const form = open?.get(at);
  const text = form?.text ?? `CAST(${given} AS VARCHAR)`;
  if (isLeaf(cast.from) && isLeaf(to) && typeSql(cast.from) !== typeSql(to)) {
    const leaf = { from: cast.from, to, lossy };
    const before = (attempt: '' | 'TRY_') => engineCast(leaf, given, attempt);
    return { ...castBefore(leaf, given, `v${place}`), text, before };
  }
  const fails = castFails(cast, given);
  return {
    value: strictCast(cast, given),
    fails: form === undefined ? fails : `(${form.broken} OR ${fails})`,
    text,
  };
}

/** A SELECT over the relation in which every cast stands that is needed more than once. */
function inner(columns: readonly ReadColumn[], relation: Relation, attempt: '' | 'TRY_'): string {
  const casts = columns.flatMap(({ before }, place) =>
    before === undefined ? [] : [`${before(attempt)} AS v${place}`],
  );
  return `(SELECT ${['*', ...casts].join(', ')} FROM ${relation.sql})`;
}

/** @throws {RequestError} names the column whose type never becomes that of the schema. */
function readColumns({ sources, relation }: Selection): readonly ReadColumn[] {
  return sources.map((source, place) => {
    try {
      return readColumn(source, place, relation);
    } catch (error) {
      throw error instanceof RequestError
        ? new RequestError([`column ${shownName(source.column.name)}: ${error.message}`])
        : error;
    }
  });
}

function outer(columns: readonly ReadColumn[], sources: readonly ColumnSource[]): string {
  const values = sources.map(({ column, default: standIn }, place) => {
    const { value } = columns[place]!;
    const { name, type, lossy } = column;
    if (standIn === undefined) return `${value} AS ${identifier(name)}`;
    const other = strictCast({ from: TEXT, to: type, lossy }, literal(standIn));
    return `coalesce(${value}, ${other}) AS ${identifier(name)}`;
  });
  return values.join(', ');
}

function anyFails(columns: readonly ReadColumn[]): string {
  return ['false', ...columns.map(({ fails }) => fails).filter((sql) => sql !== 'false')].join(
    ' OR ',
  );
}

/**
 * A SELECT of the columns of the schema, every value cast so that nothing is lost; it fails where
 * something would be.
 *
 * @throws {RequestError} a type of the source never becomes that of the schema.
 */
export function selectSql(selection: Selection): string {
  const columns = readColumns(selection);
  return `SELECT ${outer(columns, selection.sources)} FROM ${inner(columns, selection.relation, '')}`;
}

/** {@link selectSql} without the rows in which a cast fails. */
export function selectGoodSql(selection: Selection): string {
  const columns = readColumns(selection);
  const from = inner(columns, selection.relation, 'TRY_');
  return `SELECT ${outer(columns, selection.sources)} FROM ${from} WHERE NOT (${anyFails(columns)})`;
}

/**
 * A SELECT of the rows in which a cast fails, in order: `ordinal` of the row in the relation,
 * `place` of the first such column in the schema, and its `text`.
 */
export function selectBadSql(selection: Selection): string {
  const columns = readColumns(selection);
  const places = columns.flatMap(({ fails }, place) =>
    fails === 'false' ? [] : [`WHEN ${fails} THEN ${place}`],
  );
  const texts = columns.map(({ text }, place) => `WHEN ${place} THEN ${text}`);
  const place = ['CASE WHEN false THEN 0', ...places, 'END'].join(' ');
  const from = inner(columns, selection.relation, 'TRY_');
  return (
    `SELECT ordinal, place, CASE place ${texts.join(' ')} END AS text FROM (` +
    `SELECT *, row_number() OVER () - 1 AS ordinal, ${place} AS place FROM ${from}) ` +
    'WHERE place IS NOT NULL ORDER BY ordinal'
  );
}

/** The first row of {@link selectBadSql}. */
export function selectFirstBadSql(selection: Selection): string {
  return `${selectBadSql(selection)} LIMIT 1`;
}
