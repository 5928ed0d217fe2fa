import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import type { ColumnsSection } from './columns-section.ts';
import type { ColumnSource } from './select-sql.ts';
import type { Column, TableSchema } from './table-schema.ts';

/** The names of a source, the schema, and how the one becomes the other. */
export interface ColumnMapping {
  readonly schema: TableSchema;
  readonly columns: ColumnsSection;
  /** Of the source, in its order. */
  readonly names: readonly string[];
  /** Of the source, for messages. */
  readonly uri: string;
  /** Columns in the key of the source, which stand in for those that it does not have. */
  readonly keyColumns?: readonly { readonly name: string; readonly value: string | null }[];
  /** Whether a column that the source does not have is NULL. */
  readonly byName: boolean;
  /** Whether names that nobody asks for are left out: keys of JSON, not columns. */
  readonly leavesOut: boolean;
}

/** A wildcard in the place of a name to drop. */
const ALL = '*';

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(shownName);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ');
}

function entryOf(columns: ColumnsSection, name: string) {
  const entry = Object.hasOwn(columns, name) ? columns[name] : undefined;
  return entry === 'drop' ? undefined : entry;
}

/** Names of the source, or keys of its objects, from which a column comes: it has one of them. */
export function sourceNames(columns: ColumnsSection, { name }: Column): readonly string[] {
  return entryOf(columns, name)?.from ?? [name];
}

/** What is wrong with the section, whatever the source. */
export function columnsProblems(schema: TableSchema, columns: ColumnsSection): readonly string[] {
  const known = new Set(schema.map(({ name }) => name));
  return Object.entries(columns).flatMap(([name, entry]) => {
    const shown = shownName(name);
    if (entry === 'drop' && known.has(name)) {
      return [`columns drops ${shown}, which the schema has; leave it out of one of them`];
    }
    if (entry !== 'drop' && !known.has(name)) {
      return [`columns names ${shown}, which the schema does not have; add it there, or drop it`];
    }
    return [];
  });
}

function placesOf({ names, uri }: ColumnMapping): ReadonlyMap<string, number> {
  const places = new Map(names.map((name, at) => [name, at]));
  const twice = names.filter((name, at) => places.get(name) !== at);
  if (twice.length === 0) return places;
  throw new RequestError([
    `${uri} has more than one column named ${quoted(twice)}; give each a name of its own`,
  ]);
}

function keyColumnOf(
  column: Column,
  { columns, keyColumns = [] }: Pick<ColumnMapping, 'columns' | 'keyColumns'>,
) {
  const names = sourceNames(columns, column);
  return keyColumns.find(({ name }) => names.includes(name));
}

/**
 * The text that the key of a source gives a column which the source itself does not have; null is
 * NULL.
 */
export function textOfKey(
  column: Column,
  mapping: Pick<ColumnMapping, 'columns' | 'keyColumns'>,
): string | null {
  const text =
    keyColumnOf(column, mapping)?.value ?? entryOf(mapping.columns, column.name)?.default;
  return text ?? null;
}

function sourceOf(
  column: Column,
  mapping: ColumnMapping,
  places: ReadonlyMap<string, number>,
): ColumnSource {
  const { columns, leavesOut } = mapping;
  const from = sourceNames(columns, column).find((name) => places.has(name));
  // Of keys of JSON nobody knows whether they are there.
  const ofKey = from === undefined || leavesOut ? keyColumnOf(column, mapping)?.value : undefined;
  const standIn = ofKey ?? entryOf(columns, column.name)?.default;
  return {
    column,
    ...(from !== undefined && { at: places.get(from)! }),
    ...(standIn !== undefined && { default: standIn }),
  };
}

function refuseAbsent(sources: readonly ColumnSource[], mapping: ColumnMapping): void {
  const { uri, byName } = mapping;
  const absent = sources.filter(
    ({ at, default: standIn, column }) =>
      at === undefined && standIn === undefined && keyColumnOf(column, mapping) === undefined,
  );
  if (byName || absent.length === 0) return;
  throw new RequestError([
    `${uri} has no column ${quoted(absent.map(({ column }) => column.name))}; say which it is by ` +
      'columns.<name>.from, give a default, or set byName to read what is not there as NULL',
  ]);
}

function refuseUnasked(sources: readonly ColumnSource[], mapping: ColumnMapping): void {
  const { columns, names, uri, leavesOut } = mapping;
  const isDropped = (name: string) => Object.hasOwn(columns, name) && columns[name] === 'drop';
  const taken = new Set(sources.map((source) => source.at));
  const unasked = names.filter((name, at) => !taken.has(at) && !isDropped(name));
  if (leavesOut || isDropped(ALL) || unasked.length === 0) return;
  throw new RequestError([
    `${uri} has columns that the schema does not have: ${quoted(unasked)}; add them to it, or ` +
      `leave them out by columns: { "<name>": "drop" }, all of them by "${ALL}"`,
  ]);
}

/**
 * Where each column of the schema lies in a source.
 *
 * @throws {RequestError} a name stands there twice; a column of the schema has no source, no
 * default, and `byName` is not set; the source has a column that nobody asks for or drops.
 */
export function mapColumns(mapping: ColumnMapping): readonly ColumnSource[] {
  const places = placesOf(mapping);
  const sources = mapping.schema.map((column) => sourceOf(column, mapping, places));
  refuseAbsent(sources, mapping);
  refuseUnasked(sources, mapping);
  return sources;
}
