import { columnType } from '#core/containers/parquet/column-type.ts';
import { CorruptSourceError, RequestError, UnsupportedSourceError } from '#core/errors.ts';
import { type HiveColumn, hiveColumns } from '#core/tables/order/hive-columns.ts';
import { schemaOf, type TableLayout } from '#core/tables/run/table-layout.ts';
import { twinProblem } from '#core/tables/schema/column-names.ts';
import { type ColumnType, typeSql } from '#core/tables/schema/column-type.ts';
import { mapColumns, sourceNames } from '#core/tables/schema/map-columns.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import { textForm } from '#core/tables/schema/text-form.ts';
import { csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import { mapHeader } from '#core/tables/text/csv/map-header.ts';
import type { OpenedObject } from './open-object.ts';
import type { TableSlice } from './table-slice.ts';

type Without<T> = T extends unknown ? Omit<T, 'parts'> : never;

/** A slice but for its parts: what objects have in common whose rows are read as one. */
export type ObjectShape = Without<TableSlice>;

type JsonKeys = readonly { readonly key: string; readonly type: ColumnType }[];

/**
 * Keys of JSON lines from which the columns come.
 *
 * @throws {RequestError} a column has several keys, or keys differ in case alone, or a key becomes
 * columns of two forms.
 */
function jsonKeys({ columns }: TableLayout, schema: TableSchema): JsonKeys {
  const keys = new Map<string, ColumnType>();
  for (const column of schema) {
    const [key, second] = sourceNames(columns, column);
    const shown = JSON.stringify(column.name);
    if (second !== undefined) {
      throw new RequestError([
        `columns.${shown}.from has several names, but each object of JSON lines has keys of its own; give one name`,
      ]);
    }
    const other = keys.get(key!);
    keys.set(key!, other ?? column.type);
    if (other === undefined || typeSql(textForm(other)) === typeSql(textForm(column.type)))
      continue;
    throw new RequestError([
      `columns.${shown}.from is ${JSON.stringify(key)}, which becomes another column as ${typeSql(other)}; give both the same type`,
    ]);
  }
  const twins = twinProblem([...keys.keys()]);
  if (twins !== undefined) throw new RequestError([twins]);
  return [...keys].map(([key, type]) => ({ key, type }));
}

/** Columns of a Parquet object, as the engine describes them. */
export function parquetColumns({ source, footer }: OpenedObject & { readonly format: 'parquet' }) {
  return footer.columns.map((column) => ({
    name: column.name,
    type: parseType(columnType(column, source.uri)),
  }));
}

/**
 * Names of the columns of a CSV object: of its header, else those of the schema in their order, but
 * for those in its key.
 *
 * @throws {CorruptSourceError} without a header it has more or fewer fields.
 */
function csvNames(
  { source: { uri }, head }: OpenedObject & { readonly format: 'csv' },
  schema: TableSchema,
  { hasHeader, keyColumns }: { hasHeader: boolean; keyColumns: readonly HiveColumn[] },
): readonly string[] {
  if (hasHeader) return head.fields;
  const ofKey = new Set(keyColumns.map(({ name }) => name));
  const names = schema.map(({ name }) => name).filter((name) => !ofKey.has(name));
  if (names.length === head.fields.length) return names;
  throw new CorruptSourceError(
    `${uri} has ${head.fields.length} fields in its first record, but the schema has ${names.length} columns; without a header they are the same: give a schema of all fields, or set source.csv.header`,
  );
}

interface Mapped {
  readonly uri: string;
  readonly names: readonly string[];
  readonly keyColumns: readonly HiveColumn[];
}

/** Finds the shapes of the objects of a table. Holds the last one. */
export class ObjectShapes {
  readonly #layout: TableLayout;
  readonly #schema: TableSchema;
  readonly #csv: ReturnType<typeof csvFormatSection.parse>;
  readonly #keys: JsonKeys;
  #last: { readonly key: string; readonly shape: ObjectShape } | undefined;

  /** @throws {RequestError} the keys of JSON lines are not clear. */
  constructor(layout: TableLayout) {
    this.#layout = layout;
    this.#schema = schemaOf(layout);
    this.#csv = layout.csv ?? csvFormatSection.parse({});
    this.#keys = layout.format === 'jsonl' ? jsonKeys(layout, this.#schema) : [];
  }

  /**
   * The shape of an object: the same one for objects that follow each other and are read alike.
   *
   * @throws {UnsupportedSourceError} it has not the format of the table.
   * @throws {CorruptSourceError} its header is another one.
   * @throws {RequestError} its columns are not those that are asked for.
   */
  of(object: OpenedObject): ObjectShape {
    const { uri } = object.source;
    if (object.format !== this.#layout.format) {
      throw new UnsupportedSourceError(
        `${uri} is ${object.format} by its content, but the objects before it are ${this.#layout.format}; give each format as a source of its own`,
      );
    }
    const keyColumns = hiveColumns(uri);
    const [what, make] = this.#of(object, keyColumns);
    const key = JSON.stringify([what, keyColumns]);
    if (this.#last?.key !== key) this.#last = { key, shape: make() };
    return this.#last.shape;
  }

  /** What makes the shape another one, and how it is made. */
  #of(object: OpenedObject, keyColumns: readonly HiveColumn[]): [unknown, () => ObjectShape] {
    const { uri } = object.source;
    const { format } = object;
    if (format === 'jsonl') {
      const keys = this.#keys;
      const names = keys.map(({ key }) => key);
      return [[], () => ({ format, keys, sources: this.#map({ uri, names, keyColumns }) })];
    }
    if (format === 'parquet') {
      const columns = parquetColumns(object);
      const names = columns.map(({ name }) => name);
      return [columns, () => ({ format, columns, sources: this.#map({ uri, names, keyColumns }) })];
    }
    const csv = this.#csv;
    const hasHeader = csv.header;
    const names = csvNames(object, this.#schema, { hasHeader, keyColumns });
    return [names, () => this.#csvShape({ uri, names, keyColumns })];
  }

  #csvShape({ uri, names, keyColumns }: Mapped): ObjectShape {
    const { first, byName } = this.#layout;
    if (first !== undefined && this.#csv.header) mapHeader(first, { uri, names }, byName);
    const sources = this.#map({ uri, names, keyColumns });
    return { format: 'csv', csv: this.#csv, fields: names.length, sources };
  }

  #map(mapped: Mapped) {
    const { columns, byName, format } = this.#layout;
    const leavesOut = format === 'jsonl';
    return mapColumns({ schema: this.#schema, columns, byName, leavesOut, ...mapped });
  }
}
