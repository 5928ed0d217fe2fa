import type { RequestDefaults } from '#core/contract.ts';
import { RequestError } from '#core/errors.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { singleOf } from '#core/outputs/single-object.ts';
import type { TableSpec } from '#core/outputs/table/table-spec.ts';
import { COMPANIONS, type Companion } from '#core/tables/companions/companion-names.ts';
import { companionProblems } from '#core/tables/companions/companions.ts';
import type { Inbox } from '#core/tables/inbox/inbox-rules.ts';
import { LOAD_CONCURRENCY } from '#core/tables/postgres/load-bounds.ts';
import { postgresUri } from '#core/tables/postgres/source-section.ts';
import type { AskedTable } from '#core/tables/run/asked-table.ts';
import { columnsProblems } from '#core/tables/schema/map-columns.ts';
import { inboxProblems } from './inbox-section.ts';
import { keysProblems } from './keys-problems.ts';
import { partitionProblems } from './partition-problems.ts';
import { loadingProblems, postgresProblems } from './postgres-problems.ts';
import { fromS3Event, parseBody, withDefaults } from './raw-request.ts';
import { outputUriOf } from './request.ts';
import { limitsOf } from './request-limits.ts';
import { DEFAULT_CONCURRENCY } from './request-schema.ts';
import { singleProblems } from './single-problems.ts';
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
    /** Of rows that a table of a database gets: whether they are seen only once all are in. */
    readonly hidden?: true;
  };
  /** What else there shall be to read the files by; absent where there is nothing. */
  readonly companions?: readonly Companion[];
  /** Writers at once. */
  readonly concurrency: number;
  /** Most bytes that the run is expected to store. */
  readonly outputBytes: number;
  /** Dollars that writing it may be expected to cost. */
  readonly maxCostUsd?: number | undefined;
  /** Minutes that it may be expected to take. */
  readonly maxMinutes?: number | undefined;
  /** Plans and writes nothing. */
  readonly dryRun: boolean;
}

/** The inbox that is asked for; by default a batch is as large as a file. */
function inboxOf(body: TableRequestBody): Inbox | undefined {
  const { source, output } = body;
  const { inbox } = source;
  if (inbox === undefined) return undefined;
  const { targetBytes = output.targetFileBytes ?? usualBytes(body) } = inbox;
  return { ...inbox, targetBytes, largeBytes: inbox.largeBytes ?? targetBytes };
}

function sourceOf(body: TableRequestBody): AskedTable['source'] {
  const { uri, uris = [], versionId, format, compression, csv, byName = false } = body.source;
  const { postgres } = body.source;
  const inbox = inboxOf(body);
  const one = uri ?? inbox?.uri ?? (postgres && postgresUri(postgres));
  return {
    uris: one === undefined ? uris : [one],
    ...(versionId !== undefined && { versionId }),
    ...(format !== undefined && { format }),
    ...(compression !== undefined && { compression }),
    csv,
    byName,
    ...(inbox !== undefined && { inbox }),
    ...(postgres !== undefined && { postgres }),
  };
}

/** The form of the files, for run id, header and manifest. */
function fileOf({ output }: TableRequestBody): TableSpec['file'] {
  const { format } = output;
  if (format === 'parquet') {
    const { rowGroupBytes = TABLE_DEFAULTS.rowGroupBytes } = output.parquet ?? {};
    return { format, compression: output.compression ?? 'zstd', rowGroupBytes };
  }
  if (format === 'postgres') {
    const { append: _, ...target } = output.postgres;
    return { format, ...target };
  }
  const { compression = 'none' } = output;
  if (format === 'jsonl') return { format, compression };
  const { header = true, delimiter = ',' } = output.csv ?? {};
  return { format, compression, header, delimiter, ...singleOf(output.single) };
}

function placeOf({ output }: TableRequestBody): TableRequest['place'] {
  const hidden = output.format === 'postgres' && output.postgres.append === 'hidden';
  const mode = output.mode ?? 'create';
  return { uri: outputUriOf(output), mode, ...(hidden && { hidden }) };
}

/** In one order and once each, so that they are the same run. */
function companionsOf({ output }: TableRequestBody): Pick<TableRequest, 'companions'> {
  const companions = COMPANIONS.filter((name) => output.companions?.includes(name));
  return companions.length > 0 ? { companions } : {};
}

/** What the files of a run are, for its header and manifest. */
export function tableSpecOf({
  output,
  partitionBy,
  companions,
}: Pick<TableRequest, 'output' | 'partitionBy' | 'companions'>): TableSpec {
  return {
    kind: 'table',
    file: output,
    ...(partitionBy && { partitionBy: [...partitionBy] }),
    ...(companions && { companions: [...companions] }),
  };
}

function problemsOf(body: TableRequestBody): readonly string[] {
  const { schema, columns = {} } = body;
  const { companions = [] } = companionsOf(body);
  return [
    ...(schema === undefined ? [] : columnsProblems(schema, columns)),
    ...companionProblems(companions, fileOf(body)),
    ...inboxProblems(body),
    ...partitionProblems(body),
    ...keysProblems(body),
    ...postgresProblems(body),
    ...loadingProblems(body),
    ...singleProblems(body),
  ];
}

function usualBytes({ output }: TableRequestBody): number {
  const { targetFileBytes, targetLoadBytes } = TABLE_DEFAULTS;
  return output.format === 'postgres' ? targetLoadBytes : targetFileBytes;
}

function sizeOf(body: TableRequestBody): AskedTable['size'] {
  const { output, chunking = {} } = body;
  const { targetFileBytes, files } = output;
  if (chunking.rows !== undefined) return { rows: chunking.rows };
  if (files !== undefined) return { files };
  return { targetFileBytes: targetFileBytes ?? usualBytes(body) };
}

/** The format where a request says none. */
function formatOf(output: object): string {
  return 'postgres' in output ? 'postgres' : 'parquet';
}

function usualConcurrency({ output }: TableRequestBody): number {
  return output.format === 'postgres' ? LOAD_CONCURRENCY.usual : DEFAULT_CONCURRENCY;
}

/**
 * Turns the input of an execution into a request of a table with every default filled in.
 *
 * @param defaults sections that the deployment presets; used where the input does not say.
 * @throws {RequestError} with every problem found, each with what was given and what is allowed.
 */
export function parseTableRequest(input: unknown, defaults: RequestDefaults = {}): TableRequest {
  const request = withDefaults(fromS3Event(input), defaultsOf('table', defaults), formatOf);
  const body = parseBody(tableRequestSchema, request, 'table');
  const { schema, columns = {}, limits } = body;
  const problems = problemsOf(body);
  if (problems.length > 0) throw new RequestError(problems);
  return {
    source: sourceOf(body),
    schema,
    columns,
    ...(body.transform !== undefined && { transform: body.transform }),
    onBadRow: body.onBadRow ?? 'fail',
    output: fileOf(body),
    size: sizeOf(body),
    ...(body.output.partitionBy && { partitionBy: body.output.partitionBy }),
    ...(body.chunking?.keysWhole && { keysWhole: body.chunking.keysWhole }),
    expect: body.expect ?? {},
    ...companionsOf(body),
    place: placeOf(body),
    ...limitsOf(limits, usualConcurrency(body)),
    dryRun: body.dryRun ?? false,
  };
}
