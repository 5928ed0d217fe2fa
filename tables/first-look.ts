import { RequestError } from '#core/errors.ts';
import type { ObjectStore } from '#core/objects/object-store.ts';
import { hiveColumns } from '#core/tables/order/hive-columns.ts';
import { formatOfName } from '#core/tables/order/name-format.ts';
import { assertLoadable } from '#core/tables/postgres/load-bounds.ts';
import type { AskedTable, TableOutput, TableSourceFormat } from '#core/tables/run/asked-table.ts';
import type { ObjectList } from '#core/tables/run/object-list.ts';
import type { FirstLook } from '#core/tables/run/table-layout.ts';
import { isLeaf } from '#core/tables/schema/column-type.ts';
import { columnsProblems } from '#core/tables/schema/map-columns.ts';
import {
  canonicalSchema,
  type TableSchema,
  tableSchema,
} from '#core/tables/schema/table-schema.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { parquetColumns } from './object-shape.ts';
import { isEmptyText, type OpenedObject, openObject } from './open-object.ts';

/** What matters of a request at a first look. */
type LookedFor = Pick<AskedTable, 'source' | 'schema' | 'columns'>;

/** Opens the first object that is no empty text; undefined if all are. */
async function openFirst(
  { source }: LookedFor,
  objects: ObjectList,
  store: ObjectStore,
): Promise<OpenedObject | undefined> {
  for (let object = 0; object < objects.count; object++) {
    const [pin] = objects.pins(object, object + 1);
    if (!isEmptyText(pin!, source)) return await openObject(store.open(pin!), source);
  }
  return undefined;
}

/** The schema of a Parquet object, and the columns in its key as texts. */
function ownSchema(object: OpenedObject, { columns }: LookedFor): TableSchema {
  const { uri } = object.source;
  if (object.format !== 'parquet') {
    throw new RequestError([
      `a table of ${object.format} has no types of its own; give schema, which sparse-fanout infer ${uri} proposes`,
    ]);
  }
  const own = parquetColumns(object);
  const names = new Set(own.map(({ name }) => name));
  const ofKey = hiveColumns(uri).filter(({ name }) => !names.has(name));
  const all = [...own, ...ofKey.map(({ name }) => ({ name, type: TEXT }))];
  const kept = all.filter(({ name }) => !Object.hasOwn(columns, name) || columns[name] !== 'drop');
  const given = canonicalSchema(kept.map((column) => ({ ...column, lossy: false })));
  const { success, data, error } = tableSchema.safeParse(given);
  if (success) return data;
  const problems = error.issues.map(({ message }) => `the schema of ${uri}: ${message}`);
  throw new RequestError(problems);
}

/** @throws {RequestError} the form of the output cannot hold a column. */
export function assertHeld(schema: TableSchema, { format }: TableOutput): void {
  if (format === 'postgres') assertLoadable(schema);
  const nested = format === 'csv' ? schema.filter(({ type }) => !isLeaf(type)) : [];
  const problems = nested.map(
    ({ name }) =>
      `column ${JSON.stringify(name)} is nested, which CSV cannot hold; write Parquet or JSON lines, or leave it out`,
  );
  if (problems.length > 0) throw new RequestError(problems);
}

function namesOf(object: OpenedObject): readonly string[] | undefined {
  // Without a header these are values.
  if (object.format === 'csv') return object.csv.header ? object.head.fields : undefined;
  return object.format === 'parquet' ? object.footer.columns.map(({ name }) => name) : undefined;
}

function formatOf(
  opened: OpenedObject | undefined,
  { source }: LookedFor,
  objects: ObjectList,
): TableSourceFormat {
  // Without an object that was opened, all names or the request say the format.
  return opened?.format ?? source.format ?? formatOfName(objects.pins(0, 1)[0]!.uri).format!;
}

/**
 * Looks at the first object of a table that is no empty text: its format, its columns, and the
 * schema that is asked for, else its own.
 *
 * @throws {RequestError} there is no schema, or it does not fit `columns` or the output.
 * @throws as {@link openObject}.
 */
export async function lookAtFirst(
  asked: LookedFor,
  objects: ObjectList,
  store: ObjectStore,
): Promise<FirstLook> {
  const opened = await openFirst(asked, objects, store);
  const format = formatOf(opened, asked, objects);
  if (asked.schema === undefined && opened === undefined) {
    throw new RequestError([`all objects of the table are empty; give schema`]);
  }
  const schema = asked.schema ?? ownSchema(opened!, asked);
  const problems = columnsProblems(schema, asked.columns);
  if (problems.length > 0) throw new RequestError(problems);
  const names = opened && namesOf(opened);
  const first = names && { uri: opened.source.uri, names: [...names] };
  return { format, schema, ...(first !== undefined && { first }) };
}
