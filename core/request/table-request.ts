import type { RequestDefaults } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import { columnsProblems } from '#core/tables/schema/map-columns.ts';
import { fromS3Event, parseBody, withDefaults } from './raw-request.ts';
import { outputUriOf } from './request.ts';
import { DEFAULT_CONCURRENCY, DEFAULT_OUTPUT_BYTES } from './request-schema.ts';
import {
  TABLE_DEFAULTS,
  type TableRequestBody,
  tableRequestSchema,
} from './table-request-schema.ts';
import { defaultsOf } from './wing-fields.ts';

/** A request of a table with every default filled in. */
export interface TableRequest extends AskedTable {
  readonly expect: { readonly rows?: number | undefined; readonly columns?: number | undefined };
  readonly place: {
    /** `s3://bucket/prefix/`, or null for the prefix made from the source's key and the run id. */
    readonly uri: string | null;
    readonly mode: OutputMode;
  };
  /** Writers at once. */
  readonly concurrency: number;
  /** Most bytes that the run is expected to store. */
  readonly outputBytes: number;
  /** Plans and writes nothing. */
  readonly dryRun: boolean;
}

function sourceOf({ source }: TableRequestBody): AskedTable['source'] {
  const { uri, uris = [], versionId, format, compression, csv, byName = false } = source;
  return {
    uris: uri === undefined ? uris : [uri],
    ...(versionId !== undefined && { versionId }),
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
    csv,
    byName,
  };
}

/** The form of the files, for run id, header and manifest. */
function fileOf({ output }: TableRequestBody): TableSpec['file'] {
  const { format } = output;
  if (format === 'parquet') {
    const { rowGroupBytes = TABLE_DEFAULTS.rowGroupBytes } = output.parquet ?? {};
    return { format, compression: output.compression ?? 'zstd', rowGroupBytes };
  }
  const { compression = 'none' } = output;
  if (format === 'jsonl') return { format, compression };
  const { header = true, delimiter = ',' } = output.csv ?? {};
  return { format, compression, header, delimiter };
}

function sizeOf({ output, chunking = {} }: TableRequestBody): AskedTable['size'] {
  const { targetFileBytes, files } = output;
  if (chunking.rows !== undefined) return { rows: chunking.rows };
  if (files !== undefined) return { files };
  return { targetFileBytes: targetFileBytes ?? TABLE_DEFAULTS.targetFileBytes };
}

/**
 * Turns the input of an execution into a request of a table with every default filled in.
 *
 * @param defaults sections that the deployment presets; used where the input does not say.
 * @throws {RequestError} with every problem found, each with what was given and what is allowed.
 */
export function parseTableRequest(input: unknown, defaults: RequestDefaults = {}): TableRequest {
  const request = withDefaults(fromS3Event(input), defaultsOf('table', defaults), 'parquet');
  const body = parseBody(tableRequestSchema, request, 'table');
  const { schema, columns = {}, limits = {} } = body;
  const problems = schema === undefined ? [] : columnsProblems(schema, columns);
  if (problems.length > 0) throw new RequestError(problems);
  return {
    source: sourceOf(body),
    schema,
    columns,
    ...(body.transform !== undefined && { transform: body.transform }),
    onBadRow: body.onBadRow ?? 'fail',
    output: fileOf(body),
    size: sizeOf(body),
    expect: body.expect ?? {},
    place: { uri: outputUriOf(body.output), mode: body.output.mode ?? 'create' },
    concurrency: limits.concurrency ?? DEFAULT_CONCURRENCY,
    outputBytes: limits.outputBytes ?? DEFAULT_OUTPUT_BYTES,
    dryRun: body.dryRun ?? false,
  };
}
