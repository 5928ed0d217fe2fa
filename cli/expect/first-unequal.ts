import { joinedSql } from '#core/tables/schema/joined-sql.ts';
import { identifier } from '#core/tables/schema/quote.ts';
import type { CompareRoom } from './typed-batch.ts';

/** Rows `[start, start + rows)` of a file of values. */
export interface ValueRange {
  readonly path: string;
  readonly start: number;
}

/** A value of an output that is not the expected one; null is NULL. */
export interface UnequalValue {
  /** Ordinal in the range. */
  readonly row: number;
  readonly column: string;
  readonly found: string | null;
  readonly expected: string | null;
}

/** What is read of both ranges. */
interface Ranges {
  readonly found: ValueRange;
  readonly expected: ValueRange;
  readonly rows: number;
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

/** Both ranges side by side, as `one` and `other`. */
function joined({ found, expected, rows }: Ranges, { schema }: CompareRoom): string {
  const range = ({ path, start }: ValueRange) =>
    `(SELECT * FROM (${joinedSql([path], schema)}) LIMIT ${rows} OFFSET ${start})`;
  return `${range(found)} AS one POSITIONAL JOIN ${range(expected)} AS other`;
}

/** One row of values as texts: the value, the expected one, and whether they differ. */
async function valuesAt(row: number, from: string, room: CompareRoom) {
  const columns = room.schema.map(({ name }, place) => {
    const [one, other] = [`one.${identifier(name)}`, `other.${identifier(name)}`];
    return `CAST(${one} AS VARCHAR) AS f${place}, CAST(${other} AS VARCHAR) AS e${place}, ${one} IS DISTINCT FROM ${other} AS d${place}`;
  });
  const text = `SELECT ${columns.join(', ')} FROM ${from} LIMIT 1 OFFSET ${row}`;
  const [values] = await room.engine.runSelect({ text }, { signal: room.signal });
  return values!;
}

/** Finds the first row, and in it the first column, in which two ranges of values differ. */
export async function firstUnequal(
  ranges: Ranges,
  room: CompareRoom,
): Promise<UnequalValue | undefined> {
  const from = joined(ranges, room);
  const differs = room.schema.map(
    ({ name }) => `one.${identifier(name)} IS DISTINCT FROM other.${identifier(name)}`,
  );
  const text = `SELECT min(place) AS place FROM (SELECT row_number() OVER () - 1 AS place, ${differs.join(' OR ')} AS differs FROM ${from}) WHERE differs`;
  const [first] = await room.engine.runSelect({ text }, { signal: room.signal });
  const place = first?.['place'];
  if (place === null || place === undefined) return undefined;
  const row = Number(place);
  const values = await valuesAt(row, from, room);
  const at = room.schema.findIndex((_, column) => values[`d${column}`] === true);
  const { name: column } = room.schema[at]!;
  return { row, column, found: asText(values[`f${at}`]), expected: asText(values[`e${at}`]) };
}

/** The text of one value of a file. */
export async function valueAt(
  { path, start }: ValueRange,
  place: number,
  { engine, schema, signal }: CompareRoom,
): Promise<string | null> {
  const value = `CAST(${identifier(schema[place]!.name)} AS VARCHAR)`;
  const text = `SELECT ${value} AS text FROM (${joinedSql([path], schema)}) LIMIT 1 OFFSET ${start}`;
  const [row] = await engine.runSelect({ text }, { signal });
  return asText(row?.['text']);
}
