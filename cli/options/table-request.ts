import * as z from 'zod/mini';
import { RequestError } from '#core/errors.ts';
import { type ColumnsSection, columnsSection } from '#core/tables/schema/columns-section.ts';
import { type TableSchema, tableSchema } from '#core/tables/schema/table-schema.ts';
import { type CsvFormat, csvFormatSection } from '#core/tables/text/csv/csv-format.ts';
import type { TextCompression } from '#core/tables/text/read-text.ts';
import type { GivenRequest, RequestFields } from './request-file.ts';

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

const flag = z.boolean({ error: 'true or false' });

const source = z.strictObject({
  versionId: z.optional(z.string({ error: 'the version of one object, a text' })),
  format: z.optional(z.enum(TABLE_FORMATS, { error: `one of ${TABLE_FORMATS.join(', ')}` })),
  compression: z.optional(
    z.enum(TABLE_COMPRESSIONS, { error: `one of ${TABLE_COMPRESSIONS.join(', ')}` }),
  ),
  csv: z.optional(csvFormatSection),
  byName: z.optional(flag),
});

/** Sections that only a run reads. */
const section = z.optional(z.looseObject({}, { error: 'an object' }));

const NO_TEXT = 'left out: it is of matrices, and so are --profile, --na-rep and --index';

const output = z.optional(
  z.looseObject({ text: z.optional(z.never({ error: NO_TEXT })) }, { error: 'an object' }),
);

const tableRequest = z.strictObject({
  source,
  schema: z.optional(tableSchema),
  columns: z.optional(columnsSection),
  onBadRow: z.optional(z.enum(['fail', 'reject'], { error: "'fail' or 'reject'" })),
  ...{ output, chunking: section, limits: section, expect: section },
  dryRun: z.optional(flag),
});

function sentence({ path, message, code, ...issue }: z.core.$ZodIssue): string {
  const where = path.length > 0 ? path.join('.') : 'the request';
  if (code !== 'unrecognized_keys') return `${where} must be ${message}`;
  const keys = (issue as z.core.$ZodIssueUnrecognizedKeys).keys.map((key) => `"${key}"`);
  return `${where} has unknown keys ${keys.join(', ')}; a request of a table does not have them`;
}

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
 * Reads what a request says of a table.
 *
 * @throws {RequestError} naming every field that is unknown or not allowed.
 */
export function parseTableRequest({ fields }: GivenRequest): TableRequest {
  const { success, data, error } = tableRequest.safeParse(fields);
  if (!success) throw new RequestError(error.issues.map(sentence));
  const { source: said, schema, columns = {} } = data;
  const { csv, byName = false, ...others } = said;
  const given = (fields.source['csv'] ?? {}) as TableRequest['asked'];
  const { delimiter, header } = given;
  return {
    ...others,
    csv: csv ?? csvFormatSection.parse({}),
    asked: {
      ...(delimiter !== undefined && { delimiter }),
      ...(header !== undefined && { header }),
    },
    ...{ byName, schema, columns },
  };
}
