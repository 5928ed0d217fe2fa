import { keyOfChunk, partitionColumns } from '#core/run/chunk-key.ts';
import { rejectsKey } from '#core/run/chunk-name.ts';
import type { ChunkRecord } from '#core/run/ledger-records.ts';
import { outputUri } from '#core/run/output-keys.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import { outputOf } from '#core/run/run-output.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import type { TableChunk } from '#core/tables/run/table-chunk.ts';
import type { ManifestEntry } from './manifest.ts';
import type { CountedRun } from './manifest-text.ts';

/** What the ledger has of a chunk that is written. */
export type DoneRecord = Extract<ChunkRecord, { status: 'done' }>;

/** Rows of a chunk: planned of a matrix, counted by the writer of a table. */
export function rowsOf(chunk: PlannedChunk, { recordCount = 0 }: DoneRecord): number {
  return 'rowStart' in chunk ? chunk.rowEnd - chunk.rowStart : recordCount;
}

function partitionOf({ output }: CountedRun, { partition }: TableChunk | GatherChunk) {
  const names = partitionColumns(output);
  if (names.length === 0 || partition === undefined) return {};
  const values = names.map((name, at) => [name, partition[at] ?? null] as const);
  return { partition: Object.fromEntries(values) };
}

/** Where the rows of a file of a table lie in its source, or in their partition. */
function placeOf(run: CountedRun, chunk: TableChunk | GatherChunk) {
  const { keys: planned } = chunk;
  const keys = planned && { first: planned.first, last: planned.last, keys: planned.keys };
  const place = { ...partitionOf(run, chunk), ...(keys && { keys }) };
  if ('within' in chunk) return { ...place, within: chunk.within };
  const { start, end } = chunk;
  return { range: { start, end }, ...place };
}

/** What the entry of a table has beside those of all kinds. */
function tableFields(run: CountedRun, chunk: PlannedChunk, record: DoneRecord) {
  if ('rowStart' in chunk) return {};
  const { statistics, counts } = record;
  const rejects = outputUri(run.location, rejectsKey(run, chunk.index));
  return {
    ...placeOf(run, chunk),
    ...(statistics !== undefined && { statistics: JSON.parse(statistics) }),
    ...(counts['rejected'] !== 0 && { rejects }),
  };
}

/**
 * The entry of a chunk in a manifest.
 *
 * @param row rows of the run before it.
 */
export function entryOf(
  run: CountedRun,
  chunk: PlannedChunk,
  { record, row }: { readonly record: DoneRecord; readonly row: number },
): ManifestEntry {
  const rowStart = run.base.rows + row;
  const rows = { index: chunk.index, rowStart, rowEnd: rowStart + rowsOf(chunk, record) };
  return {
    url: `s3://${run.location.bucket}/${keyOfChunk(run, chunk)}`,
    mandatory: true,
    meta: {
      content_length: record.bytes,
      record_count: outputOf(run.output).recordCount(rows, record.recordCount ?? 0),
    },
    ...rows,
    counts: record.counts,
    contentBytes: record.contentBytes,
    crc32: record.crc32,
    etag: record.etag,
    ...tableFields(run, chunk, record),
  };
}
