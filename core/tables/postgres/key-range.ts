import { identifier, literal } from '#core/tables/schema/quote.ts';

/** The values of a key as PostgreSQL prints them, a text for each of its columns; null is NULL. */
export type Key = readonly (string | null)[];

/** A column of a key, and the type of its literals. */
export interface KeyColumn {
  readonly name: string;
  readonly type: string;
}

/** Keys from one up to another, in the order of the database, where NULL comes last. */
export interface KeyRange {
  /** The first; absent: all from the begin. */
  readonly from?: Key | undefined;
  /** The first that is behind the range; absent: up to the end. */
  readonly until?: Key | undefined;
}

/** How a column of the source is called in every statement. */
export function columnSql(name: string): string {
  return `q.${identifier(name)}`;
}

interface Place {
  readonly column: string;
  /** SQL of its value; undefined for NULL. */
  readonly value: string | undefined;
}

function placesOf(columns: readonly KeyColumn[], key: Key): readonly Place[] {
  return columns.map(({ name, type }, at) => {
    const value = key[at];
    const text = value === null || value === undefined ? undefined : `${literal(value)}::${type}`;
    return { column: columnSql(name), value: text };
  });
}

function equal({ column, value }: Place): string {
  return value === undefined ? `${column} IS NULL` : `${column} = ${value}`;
}

function behind({ column, value }: Place): string {
  return value === undefined ? 'false' : `(${column} > ${value} OR ${column} IS NULL)`;
}

function before({ column, value }: Place): string {
  return value === undefined ? `${column} IS NOT NULL` : `${column} < ${value}`;
}

/** Compares column by column; `same` says what equal keys are. */
function compared(
  places: readonly Place[],
  differs: (place: Place) => string,
  same: 'true' | 'false',
): string {
  return places.reduceRight(
    (rest, place) => `(${differs(place)} OR (${equal(place)} AND ${rest}))`,
    same as string,
  );
}

/**
 * What an index of the first column can do: the same, said of it alone. Where the range ends
 * before NULL, its keys are none.
 */
function ofFirst(from: readonly Place[], until: readonly Place[]): readonly string[] {
  const [first, last] = [from[0], until[0]];
  const end = last?.value === undefined ? [] : [`${last.column} <= ${last.value}`];
  const isIndexed = first?.value !== undefined && end.length > 0;
  return isIndexed ? [`${first.column} >= ${first.value}`, ...end] : end;
}

/**
 * A condition of SQL that is true of the rows of a range and of no others, whatever the key is.
 * Only the database compares, so that its collation is that of the plan.
 */
export function rangeSql(columns: readonly KeyColumn[], { from, until }: KeyRange): string {
  const low = from === undefined ? [] : placesOf(columns, from);
  const high = until === undefined ? [] : placesOf(columns, until);
  const parts = [
    ...ofFirst(low, high),
    ...(low.length > 0 ? [compared(low, behind, 'true')] : []),
    ...(high.length > 0 ? [compared(high, before, 'false')] : []),
  ];
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}
