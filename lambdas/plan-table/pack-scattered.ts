import { listObjects, readText } from '#aws/objects.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { BoundExceededError, UnsupportedSourceError, UploadConflictError } from '#core/errors.ts';
import { tableOutput } from '#core/outputs/table/table-output.ts';
import { tableSpecOf } from '#core/request/table-request.ts';
import { chunkKeyBy } from '#core/run/chunk-name.ts';
import { MAX_KEY_BYTES, scatterKeys, shuffleFolder } from '#core/run/output-keys.ts';
import type { RunBase } from '#core/run/run-fields.ts';
import type { ScatterPlan } from '#core/run/scatter-table-input.ts';
import type { GatherChunk } from '#core/tables/run/gather-chunk.ts';
import { type PartitionFile, packPartitions } from '#core/tables/shuffle/pack-partitions.ts';
import { parseScatterIndex } from '#core/tables/shuffle/scatter-index.ts';
import { ScatteredRows } from '#core/tables/shuffle/scattered-rows.ts';
import type { PlanDeps } from '#lambdas/shared/plan-deps.ts';
import { readKept } from '#lambdas/shared/read-kept.ts';
import type { TablePlan } from '#tables/plan-table.ts';
import type { BoundObjects } from './bind-objects.ts';
import type { PlacedTable } from './placed-table.ts';

/** A partitioned table, and what its files gather. */
export interface PackedTable extends Omit<TablePlan, 'chunks'> {
  readonly chunks: readonly GatherChunk[];
  /** What each of them is made of, as lines. */
  readonly shares: () => Iterable<string>;
  readonly partitions: number;
  /** Pieces of scattered objects that the files gather. */
  readonly reads: number;
  /** With what stays where the run replaces partitions. */
  readonly base: RunBase;
  readonly scattered: { readonly mappers: number; readonly rows: number };
}

const READS_AT_ONCE = 32;

/** Whether every mapper has written its index. */
async function isScattered(
  { s3, outputBucket }: PlanDeps,
  runId: string,
  { mappers }: ScatterPlan,
  signal: AbortSignal,
): Promise<boolean> {
  const prefix = `${shuffleFolder(runId)}index/`;
  const found = await Array.fromAsync(listObjects(s3, outputBucket, prefix, signal));
  const indexes = new Set(found.map(({ key }) => key));
  const all = Array.from({ length: mappers }, (_, mapper) => scatterKeys(runId, mapper).index);
  return all.every((key) => indexes.has(key));
}

async function scatteredRows(
  { s3, outputBucket }: PlanDeps,
  runId: string,
  { mappers, output }: ScatterPlan,
  signal: AbortSignal,
): Promise<ScatteredRows> {
  const scattered = new ScatteredRows(output.partitionBy ?? []);
  const tasks = Array.from({ length: mappers }, (_, mapper) => async () => {
    const key = scatterKeys(runId, mapper).index;
    const text = await readText(s3, outputBucket, key, signal);
    const uri = `s3://${outputBucket}/${key}`;
    if (text !== undefined) return parseScatterIndex(text, uri);
    throw new UploadConflictError(`${uri} is gone: another execution of this run was faster`);
  });
  for await (const index of inOrder(tasks, READS_AT_ONCE)) scattered.add(index);
  return scattered;
}

function linesOf({ shares }: PartitionFile): string {
  return shares.map((share) => `${JSON.stringify(share)}\n`).join('');
}

/** The lines of a plan: each says where the lines of its shares lie. */
function chunksOf(files: Iterable<PartitionFile>) {
  const chunks: GatherChunk[] = [];
  const sizes: number[] = [];
  let [offset, reads] = [0, 0];
  for (const file of files) {
    const { shares, predictedBytes, ...chunk } = file;
    const length = Buffer.byteLength(linesOf(file));
    chunks.push({ ...chunk, list: { offset, length } });
    sizes.push(predictedBytes);
    offset += length;
    reads += shares.length;
  }
  return { chunks, sizes, reads };
}

/** @throws {BoundExceededError} a file would have a longer key than S3 has. */
function assertKeysFit(
  scattered: ScatteredRows,
  { request, location }: Pick<BoundObjects, 'request' | 'location'>,
  base: RunBase,
): void {
  const output = tableOutput(tableSpecOf(request));
  for (const { folder } of scattered.partitions()) {
    const key = chunkKeyBy(output, { location, base }, 0, folder);
    const bytes = Buffer.byteLength(key);
    if (bytes <= MAX_KEY_BYTES) continue;
    throw new BoundExceededError(
      `the files of partition ${folder} would have keys of ${bytes} bytes, at most ${MAX_KEY_BYTES} are allowed; give a shorter output.uri, or let transform.sql shorten the values`,
    );
  }
}

/** What the rows come after: of a set whose partitions are replaced, what stays. */
async function baseLeft(
  { s3 }: PlanDeps,
  { bound, placement }: Omit<PlacedTable, 'executionId'>,
  scattered: ScatteredRows,
  signal: AbortSignal,
): Promise<RunBase> {
  const { base, generation } = placement;
  if (base.replaces === undefined) return base;
  const run = { generation, location: bound.location, output: tableSpecOf(bound.request) };
  const folders = new Set(scattered.partitions().map(({ folder }) => folder));
  const { chunks, rows } = (await readKept(s3, run, folders, signal)).kept;
  return { ...base, chunks, rows };
}

/** Bytes of output for a byte that was scattered: as Parquet it is the same form. */
function ratioOf({ output, predictedBytes }: ScatterPlan, { mappers }: ScatteredRows): number {
  const bytes = mappers.reduce((sum, { size }) => sum + size, 0);
  return output.file.format === 'parquet' || bytes === 0 ? 1 : predictedBytes / bytes;
}

/**
 * Plans the files of a partitioned table from what its mappers have scattered: by real bytes and
 * rows. Reads the index of each mapper.
 *
 * @returns undefined if a mapper has not finished.
 * @throws {UnsupportedSourceError} there are no rows: then nothing is replaced, too.
 * @throws {ManifestError} the generation before is damaged, of which partitions are replaced.
 * @throws as {@link ScatteredRows.add} and {@link packPartitions}.
 */
export async function packScattered(
  deps: PlanDeps,
  { bound, placement }: Omit<PlacedTable, 'executionId'>,
  plan: ScatterPlan,
  signal: AbortSignal,
): Promise<PackedTable | undefined> {
  const { runId, request } = bound;
  if (!(await isScattered(deps, runId, plan, signal))) return undefined;
  const scattered = await scatteredRows(deps, runId, plan, signal);
  const rows = scattered.mappers.reduce((sum, mapper) => sum + mapper.rows, 0);
  if (rows === 0) {
    throw new UnsupportedSourceError(
      'the table has no rows, so there is no partition to write; leave out output.partitionBy',
    );
  }
  assertKeysFit(scattered, bound, placement.base);
  const base = await baseLeft(deps, { bound, placement }, scattered, signal);
  const { size } = request;
  const targetFileBytes = 'targetFileBytes' in size ? size.targetFileBytes : 0;
  const sized = { targetFileBytes, ratio: ratioOf(plan, scattered), firstIndex: base.chunks };
  const files = () => packPartitions(scattered, sized);
  const { chunks, sizes, reads } = chunksOf(files());
  return {
    ...{ layout: plan.layout, chunks, ratio: sized.ratio },
    predictedBytes: sizes.reduce((sum, bytes) => sum + bytes, 0),
    predictedFileBytes: { min: Math.min(...sizes), max: Math.max(...sizes) },
    ...{ predictedRows: rows, partitions: scattered.partitions().length, reads },
    ...{ smallerTypes: [], warnings: [] },
    shares: () => files().map(linesOf),
    base,
    scattered: { mappers: scattered.mappers.length, rows },
  };
}
