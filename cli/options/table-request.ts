import { parseTableRequest as parseRequest } from '#core/request/table-request.ts';
import type { ColumnsSection } from '#core/tables/schema/columns-section.ts';
import type { TableSchema } from '#core/tables/schema/table-schema.ts';
import type { Transform } from '#core/tables/schema/transform-section.ts';
import type { CsvFormat } from '#core/tables/text/csv/csv-format.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import { type GivenRequest, requestOf } from './request-file.ts';

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
  readonly transform?: Transform | undefined;
}

/** Stands in the request for places on this machine. */
export const TABLE_PLACE = 's3://command-line/table';

/**
 * Reads what a request says of a table, by the rules of the stack.
 *
 * @throws {RequestError} naming every field that is unknown or not allowed.
 */
export function parseTableRequest(given: GivenRequest): TableRequest {
  const { source, schema, columns, transform } = parseRequest(requestOf(given, [TABLE_PLACE]));
  const { uris: _, ...read } = source;
  const { delimiter, header } = (given.fields.source['csv'] ?? {}) as TableRequest['asked'];
  const asked = {
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
  };
  return { ...read, asked, schema, columns, transform };
}
