import { RequestError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import {
  type DatabaseColumn,
  equalType,
  KEY_TYPES,
  keyType,
  typeProblem,
} from '#core/tables/postgres/column-types.ts';
import type { DatabaseReader } from '#core/tables/postgres/database-reader.ts';
import { noRowsSql, prepareSql, type Relation } from '#core/tables/postgres/read-sql.ts';
import { type PostgresSource, postgresUri } from '#core/tables/postgres/source-section.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import type { DatabaseLayout } from '#core/tables/run/database-layout.ts';
import type { FirstLook } from '#core/tables/run/table-layout.ts';
import { columnsProblems, mapColumns } from '#core/tables/schema/map-columns.ts';
import { type TableSchema, tableSchema } from '#core/tables/schema/table-schema.ts';

/** Name of the statement as which a query is proved to be one. */
const ALONE = 'sparse_fanout_query';

const MAX_SHOWN = 20;

/** What is read of a database by a request. */
function relationOf({ table, query }: PostgresSource): Relation {
  return table ?? { query: query! };
}

/**
 * Proves that a query is one statement, before it stands in any other. A table needs no proof.
 *
 * @throws {RequestError} it has parameters, which nobody gives.
 */
export async function proveRelation(from: Relation, reader: DatabaseReader): Promise<void> {
  if (!('query' in from)) return;
  await reader.rows(prepareSql(ALONE, from.query));
  const [row] = await reader.rows(
    `SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = '${ALONE}'`,
  );
  await reader.rows(`DEALLOCATE ${ALONE}`);
  if (row![0] === '0') return;
  throw new RequestError([
    `source.postgres.query has ${row![0]} parameters such as $1, which nobody gives; write their values`,
  ]);
}

/** The columns of a relation, and their types by name: of a domain the one that it is of. */
async function columnsOf(
  relation: Relation,
  reader: DatabaseReader,
): Promise<readonly DatabaseColumn[]> {
  const described = await reader.columns(noRowsSql(relation));
  if (described.length === 0) throw new RequestError([`source.postgres has no columns`]);
  const values = described.map(({ type, modifier }, at) => `(${at}, ${type}::oid, ${modifier})`);
  const types = await reader.rows(
    `SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod)
     ELSE format_type(v.type, v.modifier) END
     FROM (VALUES ${values.join(', ')}) AS v (at, type, modifier)
     JOIN pg_catalog.pg_type AS t ON t.oid = v.type ORDER BY v.at`,
  );
  return described.map(({ name }, at) => ({ name, type: types[at]![0]! }));
}

function keyOf(
  { key }: PostgresSource,
  columns: readonly DatabaseColumn[],
  uri: string,
): DatabaseLayout['key'] {
  const problems: string[] = [];
  const typed = key.flatMap((name) => {
    const column = columns.find((each) => each.name === name);
    const type = column && keyType(column.type);
    if (type !== undefined) return [{ name, type }];
    const names = columns.slice(0, MAX_SHOWN).map((each) => shownName(each.name));
    problems.push(
      column === undefined
        ? `source.postgres.key names ${shownName(name)}, but ${uri} has ${names.join(', ')}`
        : `source.postgres.key names ${shownName(name)}, which is ${column.type}; keys are ${KEY_TYPES}`,
    );
    return [];
  });
  if (problems.length > 0) throw new RequestError(problems);
  return typed;
}

/** The schema that the types of the database are, but for columns that are dropped. */
function ownSchema(
  read: readonly DatabaseColumn[],
  { columns }: Pick<AskedTable, 'columns'>,
): TableSchema {
  const kept = read.filter(({ name }) => !Object.hasOwn(columns, name) || columns[name] !== 'drop');
  const typed = kept.map((column) => ({ column, type: equalType(column.type) }));
  const refused = typed.filter(({ type }) => type === undefined);
  if (refused.length > 0) {
    throw new RequestError(refused.slice(0, MAX_SHOWN).map(({ column }) => typeProblem(column)));
  }
  const given = typed.map(({ column: { name }, type }) => ({ name, type: type! }));
  const { success, data, error } = tableSchema.safeParse(given);
  if (success) return data;
  throw new RequestError(error.issues.map(({ message }) => `the schema of the table ${message}`));
}

/** The columns that the schema needs; one where it needs none, since a COPY has some. */
function neededColumns(
  read: readonly DatabaseColumn[],
  { schema, columns }: Pick<AskedTable, 'columns'> & { readonly schema: TableSchema },
  uri: string,
): readonly DatabaseColumn[] {
  const names = read.map(({ name }) => name);
  const mapping = { schema, columns, names, uri, byName: false, leavesOut: false };
  const places = new Set(mapColumns(mapping).map(({ at }) => at));
  const needed = read.filter((_, at) => places.has(at));
  return needed.length > 0 ? needed : read.slice(0, 1);
}

/**
 * Looks at a table of a database, or at the columns of a query: reads no row.
 *
 * @throws {RequestError} the query is not one SELECT; a key is not there; a type has no equal and
 * the request gives none; or schema and `columns` do not fit it.
 */
export async function lookAtDatabase(
  { source, schema: asked, columns }: Pick<AskedTable, 'source' | 'schema' | 'columns'>,
  reader: DatabaseReader,
): Promise<FirstLook> {
  const postgres = source.postgres!;
  const from = relationOf(postgres);
  await proveRelation(from, reader);
  const read = await columnsOf(from, reader);
  const uri = postgresUri(postgres);
  const key = keyOf(postgres, read, uri);
  const schema = asked ?? ownSchema(read, { columns });
  const problems = columnsProblems(schema, columns);
  if (problems.length > 0) throw new RequestError(problems);
  const needed = neededColumns(read, { schema, columns }, uri);
  const { connection } = postgres;
  return { format: 'postgres', schema, postgres: { connection, from, key, columns: [...needed] } };
}
