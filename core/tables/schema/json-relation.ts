import { type ColumnType, isLeaf, typeSql } from './column-type.ts';
import { formBroken } from './json-form.ts';
import { identifier, literal } from './quote.ts';
import type { Relation } from './relation.ts';
import { textForm } from './text-form.ts';

/** What the engine holds of a file at once is twice this. */
const MIN_OBJECT_BYTES = 4 * 1024 * 1024;

/**
 * A file of JSON lines in which every number was made a string, proved sound.
 *
 * The engine makes a number a double before it is a decimal or a text, and 1.5 an integer; strings
 * it leaves alone. Proved before, since the engine is silent: every line is an object (of `null` it
 * makes a row of NULLs), no bare NaN, no key twice in what becomes a MAP, no object or array where
 * the schema has a leaf (it would become its text, with the numbers in quotes).
 */
export interface JsonFile {
  readonly path: string;
  /** Keys that are read, no two the same but for case, and the type that each becomes. */
  readonly keys: readonly { readonly key: string; readonly type: ColumnType }[];
  /** Of the longest line. */
  readonly recordBytes: number;
}

function readJson({ path, keys, recordBytes }: JsonFile, typeOf: (type: ColumnType) => string) {
  const columns = keys.map(({ key, type }) => `${literal(key)}: ${literal(typeOf(type))}`);
  const options = {
    format: "'newline_delimited'",
    records: "'true'",
    auto_detect: 'false',
    columns: `{${columns.join(', ')}}`,
    ignore_errors: 'false',
    compression: "'uncompressed'",
    maximum_object_size: `${Math.max(recordBytes + 1, MIN_OBJECT_BYTES)}`,
  };
  const named = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  return `read_json(${[literal(path), ...named].join(', ')})`;
}

/** How the engine reads it; an array where the schema has a STRUCT is an error of the engine. */
export function jsonRelation(file: JsonFile): Relation {
  const from = readJson(file, (type) => typeSql(textForm(type)));
  const columns = file.keys.map(({ key }, place) => `${identifier(key)} AS c${place}`);
  return {
    sql: `(SELECT ${columns.join(', ')} FROM ${from})`,
    types: file.keys.map(({ type }) => textForm(type)),
  };
}

/**
 * {@link jsonRelation} that is no error wherever arrays, objects and leaves stand: to find and to
 * leave out the bad rows. Slower, since what is nested is read twice.
 */
export function openJsonRelation(file: JsonFile): Relation {
  const from = readJson(file, (type) => (isLeaf(type) ? 'VARCHAR' : 'JSON'));
  const columns = file.keys.flatMap(({ key, type }, place) => {
    const given = identifier(key);
    if (isLeaf(type)) return [`${given} AS c${place}`];
    const cast = `TRY_CAST(${given} AS ${typeSql(textForm(type))})`;
    return [`${cast} AS c${place}`, `${given} AS j${place}`];
  });
  const open = file.keys.flatMap(({ type }, place) => {
    if (isLeaf(type)) return [];
    const form = { broken: formBroken(type, `j${place}`), text: `CAST(j${place} AS VARCHAR)` };
    return [[place, form] as const];
  });
  return {
    sql: `(SELECT ${columns.join(', ')} FROM ${from})`,
    types: file.keys.map(({ type }) => textForm(type)),
    open: new Map(open),
  };
}
