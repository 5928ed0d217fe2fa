import { type Engine, EngineError, type Row } from '@sparse-fanout/engine';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { badValueProblem } from '#core/tables/schema/bad-value.ts';
import { literal } from '#core/tables/schema/quote.ts';
import { selectBadSql, selectFirstBadSql } from '#core/tables/schema/select-sql.ts';
import { strictCast } from '#core/tables/schema/strict-cast.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { firstRow } from './parquet-rows.ts';
import type { ReadableSlice } from './readable-slice.ts';
import type { TableSlice } from './table-slice.ts';
import { offsetsOf } from './text-file.ts';

/** A value that its column cannot hold; its row was left out. */
export interface RejectedValue {
  readonly uri: string;
  /** Byte at which its record begins in the (inflated) text of its object; absent in Parquet. */
  readonly byte?: number;
  /** Ordinal of its row in a Parquet object, or of its record behind the begin of the slice. */
  readonly row: number;
  readonly column: string;
  readonly text: string;
}

/** More rejected rows of one file are no accident, and would not fit into memory. */
const MAX_REJECTED = 100_000;

/** What a bad value is looked for in. */
interface Searched {
  readonly slice: TableSlice;
  readonly source: ReadableSlice;
  readonly engine: Engine;
  readonly signal: AbortSignal | undefined;
}

/** Stands before each text: the engine's binding takes a byte order mark off its begin. */
const BEFORE = '.';

function withTexts(bad: string): string {
  return `SELECT ordinal, place, concat('${BEFORE}', text) AS text FROM (${bad}) ORDER BY ordinal`;
}

interface Place {
  readonly part: number;
  /** Ordinal in the part. */
  readonly within: number;
}

/** Finds the parts of rows whose ordinals ascend. */
function* placesOf(records: readonly number[], ordinals: Iterable<number>): Generator<Place> {
  let before = 0;
  let part = 0;
  for (const ordinal of ordinals) {
    while (ordinal >= before + records[part]!) before += records[part++]!;
    yield { part, within: ordinal - before };
  }
}

type Located = Pick<RejectedValue, 'uri' | 'byte' | 'row'>;

/** Says of each row where it lies; reads the text of each part with such rows once more. */
async function locate(slice: TableSlice, places: readonly Place[]): Promise<readonly Located[]> {
  if (slice.format === 'parquet') {
    return places.map(({ part, within }) => ({
      uri: slice.parts[part]!.source.uri,
      row: firstRow(slice.parts[part]!) + within,
    }));
  }
  const located: Located[] = [];
  for (const [part, text] of slice.parts.entries()) {
    const ordinals = places.filter((place) => place.part === part).map(({ within }) => within);
    if (ordinals.length === 0) continue;
    const offsets = await Array.fromAsync(offsetsOf(slice, text, ordinals));
    const { uri } = text.source;
    located.push(...ordinals.map((row, index) => ({ uri, byte: offsets[index]!, row })));
  }
  return located;
}

async function describeRows(
  { slice, source }: Searched,
  rows: readonly Row[],
): Promise<RejectedValue[]> {
  const ordinals = rows.map(({ ordinal }) => Number(ordinal));
  const located = await locate(slice, [...placesOf(source.records, ordinals)]);
  return rows.map(({ place, text }, index) => ({
    ...located[index]!,
    column: slice.sources[Number(place)]!.column.name,
    text: String(text).slice(BEFORE.length),
  }));
}

function placeText(slice: TableSlice, { uri, byte, row }: RejectedValue): string {
  if (byte === undefined) return `${uri}, row ${row}`;
  const what = slice.format === 'csv' ? 'record' : 'line';
  return `${uri}, byte ${byte} (${what} ${row + 1} of its slice)`;
}

/**
 * The error of the first default, or column in the key of an object, that its column cannot hold;
 * undefined when there is none.
 */
async function findBadDefault({
  slice,
  engine,
}: Searched): Promise<CorruptSourceError | undefined> {
  for (const { column, default: text } of slice.sources) {
    if (text === undefined) continue;
    const { type: to, lossy } = column;
    const select = { text: `SELECT ${strictCast({ from: TEXT, to, lossy }, literal(text))}` };
    const isBad = await engine.runSelect(select).then(
      () => false,
      (error: unknown) => error instanceof EngineError && error.kind === 'conversion',
    );
    if (!isBad) continue;
    const place = `${slice.parts[0]!.source.uri} (by its key or columns.<name>.default)`;
    return new CorruptSourceError(badValueProblem({ column, place, text }));
  }
  return undefined;
}

/** The error of the first value that its column cannot hold; undefined when there is none. */
export async function findBadValue(searched: Searched): Promise<CorruptSourceError | undefined> {
  const { slice, source, engine, signal } = searched;
  const { sources } = slice;
  const text = withTexts(selectFirstBadSql({ sources, relation: source.lenient }));
  const rows = await engine.runSelect({ text }, signal && { signal });
  const [bad] = await describeRows(searched, rows);
  if (bad === undefined) return await findBadDefault(searched);
  const { column } = sources[Number(rows[0]!['place'])]!;
  const value = { column, place: placeText(slice, bad), text: bad.text };
  return new CorruptSourceError(badValueProblem(value));
}

/**
 * Finds the first bad value of each row that has one, in the order of the rows.
 *
 * @throws {BoundExceededError} there are more than 100,000.
 */
export async function findRejected(searched: Searched): Promise<readonly RejectedValue[]> {
  const { slice, source, engine, signal } = searched;
  const all = selectBadSql({ sources: slice.sources, relation: source.lenient });
  const text = withTexts(`${all} LIMIT ${MAX_REJECTED + 1}`);
  const rows = await engine.runSelect({ text }, signal && { signal });
  const places = placesOf(
    source.records,
    Iterator.from(rows).map(({ ordinal }) => Number(ordinal)),
  );
  assertFewRejected(Iterator.from(places).map(({ part }) => slice.parts[part]!.source.uri));
  return await describeRows(searched, rows);
}

/**
 * @param uris the objects of the rows of one file that were rejected, one for each row.
 * @throws {BoundExceededError} there are more than 100,000; carries the object that has most.
 */
export function assertFewRejected(uris: Iterable<string>): void {
  const counts = new Map<string, number>();
  let rejected = 0;
  for (const uri of uris) {
    counts.set(uri, (counts.get(uri) ?? 0) + 1);
    rejected += 1;
  }
  if (rejected <= MAX_REJECTED) return;
  const [[most]] = [...counts].sort(([, a], [, b]) => b - a) as [[string, number]];
  const error = new BoundExceededError(
    `more than ${MAX_REJECTED} rows of ${most} and what is read with it would be rejected; look at schema and source, whose columns do not fit`,
  );
  error.object = most;
  throw error;
}
