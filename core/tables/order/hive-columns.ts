import { CorruptSourceError } from '#core/errors.ts';

/** A column that all rows of an object have from its key: `k=v/`. */
export interface HiveColumn {
  readonly name: string;
  readonly value: string | null;
}

/** Stands for NULL in a key. */
export const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

/** Replaces `%2F` by `/` and so on; what is no UTF-8 stays as it is. */
function unescaped(text: string): string {
  return text.replace(ESCAPES, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function columnOf(segment: string): HiveColumn | undefined {
  const at = segment.indexOf('=');
  if (at <= 0) return undefined;
  const value = segment.slice(at + 1);
  return {
    name: unescaped(segment.slice(0, at)),
    value: value === NULL_PARTITION ? null : unescaped(value),
  };
}

/**
 * Columns in the key of an object, by the folders `name=value/` above it, as Hive and Spark write
 * them.
 *
 * @throws {CorruptSourceError} a name is there twice.
 */
export function hiveColumns(uri: string): readonly HiveColumn[] {
  const folders = uri.split('/').slice(0, -1);
  const columns = folders.map(columnOf).filter((column) => column !== undefined);
  const names = new Set(columns.map(({ name }) => name));
  if (names.size === columns.length) return columns;
  throw new CorruptSourceError(
    `${uri} names a column twice in its folders; give each folder name=value another name`,
  );
}

function shown(columns: readonly HiveColumn[]): string {
  return columns.length === 0 ? 'none' : columns.map(({ name }) => name).join(', ');
}

/** Columns in the keys of the objects of one source: all have those of the first one. */
export class HiveKeys {
  #first: { readonly uri: string; readonly columns: readonly HiveColumn[] } | undefined;

  /** @throws {CorruptSourceError} the object has other columns in its key than the first one. */
  columnsOf(uri: string): readonly HiveColumn[] {
    const columns = hiveColumns(uri);
    this.#first ??= { uri, columns };
    const { columns: expected } = this.#first;
    const isSame =
      columns.length === expected.length &&
      columns.every(({ name }, i) => name === expected[i]!.name);
    if (isSame) return columns;
    throw new CorruptSourceError(
      `${uri} has the columns ${shown(columns)} in its folders, but ${this.#first.uri} has ${shown(expected)}; give them as sources of their own`,
    );
  }
}
