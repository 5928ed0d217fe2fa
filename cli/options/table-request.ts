import { parseTableRequest as parseRequest } from '#core/request/table-request.ts';
import type { ColumnsSection } from '#core/tables/schema/columns-section.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import { type GivenRequest, type RequestFields, requestOf } from './request-file.ts';

/** Formats of tables. */
export const TABLE_FORMATS = ['csv', 'jsonl', 'parquet'] as const;

export type TableFormatName = (typeof TABLE_FORMATS)[number];

export const TABLE_COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;

/** What a request says of a table and how it is read. */
export interface TableRequest {
  readonly versionId?: string | undefined;
  readonly format?: TableFormatName | undefined;
  readonly compression?: TextCompression | undefined;
  readonly csv: CsvFormat;
  /** What of `csv` was said, and is no default. */
  readonly asked: { readonly delimiter?: string; readonly header?: boolean };
  readonly byName: boolean;
  readonly schema?: TableSchema | undefined;
  readonly columns: ColumnsSection;
}

/** Stands in the request for places on this machine. */
const SOURCE = 's3://command-line/table';

/** Fields that only a request of a table has. */
const TABLE_FIELDS = ['schema', 'columns', 'onBadRow'];
const TABLE_SOURCE_FIELDS = ['csv', 'compression', 'byName'];
/** Fields of `source` that only a request of a matrix has. */
const MATRIX_SOURCE_FIELDS = [
  ...['layer', 'zeroBased', 'labels', 'featureIds', 'columns', 'order', 'columnNames'],
];

/** What a request says of its kind; undefined where names and content decide. */
export function saidKind({ fields }: GivenRequest): 'table' | 'matrix' | undefined {
  const { source: given } = fields;
  const { format } = given;
  const isTable = TABLE_FORMATS.some((name) => name === format);
  if (format !== undefined) return isTable ? 'table' : 'matrix';
  const has = (from: RequestFields, names: readonly string[]) => names.some((name) => name in from);
  if (has(fields, TABLE_FIELDS) || has(given, TABLE_SOURCE_FIELDS)) return 'table';
  return has(given, MATRIX_SOURCE_FIELDS) ? 'matrix' : undefined;
}

/**
 * Reads what a request says of a table, by the rules of the stack.
 *
 * @throws {RequestError} naming every field that is unknown or not allowed.
 */
export function parseTableRequest(given: GivenRequest): TableRequest {
  const { source, schema, columns } = parseRequest(requestOf(given, [SOURCE]));
  const { uris: _, ...read } = source;
  const { delimiter, header } = (given.fields.source['csv'] ?? {}) as TableRequest['asked'];
  const asked = {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  };
  return { ...read, asked, schema, columns };
}
