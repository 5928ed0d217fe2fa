import type { GivenRequest, RequestFields } from '#cli/options/request-file.ts';
import { parseTableRequest, type TableRequest } from '#cli/options/table-request.ts';
import type { InferredColumn, InferredTable } from '#core/tables/infer/inferred-table.ts';
import { type ColumnType, typeSql } from '#core/tables/schema/column-type.ts';
import type { ColumnsSection } from '#core/tables/schema/columns-section.ts';
import { type CsvFormat, csvFormatSection } from '#core/tables/text/csv/csv-format.ts';

/** JSON puts keys that are whole numbers first, so they need the longer form of a schema. */
const INDEX = /^(?:0|[1-9]\d{0,9})$/;

interface Typed {
  readonly name: string;
  readonly type: ColumnType;
}

/** A `schema` section: an object of names and types, or a list where an object has no order. */
function schemaSection(columns: readonly Typed[]): object {
  const entries = columns.map(({ name, type }) => [name, typeSql(type)] as const);
  const isList = entries.some(([name]) => INDEX.test(name) || name === '__proto__');
  if (!isList) return Object.fromEntries(entries);
  return entries.map(([name, type]) => ({ name, type }));
}

/** What of `source.csv` is not the default. */
function csvSection(csv: CsvFormat): Partial<CsvFormat> {
  const defaults: Readonly<Record<string, unknown>> = csvFormatSection.parse({});
  const entries = Object.entries(csv).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(defaults[name]),
  );
  return Object.fromEntries(entries);
}

/** The columns under the names that a request gives them, without those that it drops. */
function mappedColumns(
  columns: readonly InferredColumn[],
  asked: ColumnsSection,
): readonly InferredColumn[] {
  const names = new Map<string, string>();
  for (const [name, entry] of Object.entries(asked)) {
    if (entry !== 'drop') for (const from of entry.from ?? []) names.set(from, name);
  }
  const isDropped = (name: string) => Object.hasOwn(asked, name) && asked[name] === 'drop';
  return columns
    .filter(({ name, from }) => !isDropped(from ?? name))
    .map((column) => ({ ...column, name: names.get(column.from ?? column.name) ?? column.name }));
}

/** How columns of the source become those of the schema, where their names do not say so. */
function columnsSection(
  columns: readonly InferredColumn[],
  { leavesOut, format }: InferredTable,
  asked: ColumnsSection,
): RequestFields {
  const renamed = columns.flatMap(({ name, from }) =>
    from === undefined || Object.hasOwn(asked, name) ? [] : [[name, { from }] as const],
  );
  const dropped = leavesOut && format !== 'jsonl' ? ([['*', 'drop']] as const) : [];
  return { ...Object.fromEntries([...renamed, ...dropped]), ...asked };
}

/** A whole request that reads a table as it was found, and writes what was asked, else Parquet. */
export function inferredRequest(
  { fields }: GivenRequest,
  { uris, asked }: { readonly uris: readonly string[]; readonly asked: TableRequest },
  inferred: InferredTable,
): RequestFields {
  const csv = inferred.csv === undefined ? {} : csvSection(inferred.csv);
  const columns = mappedColumns(inferred.columns, asked.columns);
  const section = columnsSection(columns, inferred, asked.columns);
  const { source, output = { format: 'parquet' }, schema: _, columns: __, ...others } = fields;
  return {
    source: {
      ...(uris.length === 1 ? { uri: uris[0] } : { uris }),
      ...source,
      format: inferred.format,
      ...(Object.keys(csv).length > 0 ? { csv } : { csv: undefined }),
    },
    schema: schemaSection(columns),
    ...(Object.keys(section).length > 0 && { columns: section }),
    output,
    ...others,
  };
}

/** A proposed request, read by the rules of the stack. */
export function parseInferred({ source, ...fields }: RequestFields): TableRequest {
  const { uri: _, uris: __, ...read } = source as RequestFields;
  return parseTableRequest({ locations: [], fields: { ...fields, source: read } });
}
