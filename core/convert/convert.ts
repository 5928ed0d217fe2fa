import { RequestError } from '#core/errors.ts';
import type { ArrayLayout, PartLayout } from '#core/formats/matrix-layout.ts';
import { NPY_HEADER_BYTES } from '#core/formats/npy/write-header.ts';
import type { DType } from '#core/sparse/dtype.ts';
import type { StageJob } from '#core/stage/stage-job.ts';
import type { StagedObject, StageStore } from '#core/stage/stage-store.ts';
import {
  assertConvertible,
  CONVERSION_BOUNDS,
  type ConversionBounds,
} from './conversion-bounds.ts';
import { convertWhole, fitsOneJob } from './convert-whole.ts';
import type { EntrySource } from './entry-source.ts';
import { gatherBucket } from './gather-bucket.ts';
import { readBuckets, scanSegment, stageBuckets } from './scan-segment.ts';
import { scatterSegment } from './scatter-segment.ts';
import { PART_FILES, PARTS_PREFIX, partFileName, taskName } from './stage-names.ts';

/** The finished parts in row order, or the jobs of the next round. */
export type Conversion =
  | { readonly jobs: readonly StageJob[] }
  | { readonly parts: readonly PartLayout[] };

type Names = ReadonlyMap<string, StagedObject>;

/** Jobs of the tasks below `count` that are still to be done. */
function missingJobs(round: string, count: number, isDone: (task: number) => boolean): StageJob[] {
  const jobs: StageJob[] = [];
  for (let task = 0; task < count; task++) if (!isDone(task)) jobs.push({ round, task });
  return jobs;
}

function isPartDone(names: Names, part: number): boolean {
  return PART_FILES.every((file) => names.has(partFileName(part, file)));
}

function toPart(
  { uri, dtype }: EntrySource,
  part: number,
  rowRange: readonly [rowStart: number, rowEnd: number],
  names: Names,
): PartLayout {
  const pins = PART_FILES.map((file) => names.get(partFileName(part, file))!.pin);
  const rows = rowRange[1] - rowRange[0];
  const nnz = (pins[1]!.size - NPY_HEADER_BYTES) / Int32Array.BYTES_PER_ELEMENT;
  const toArray = (object: number, length: number, type: DType): ArrayLayout => ({
    stream: { kind: 'stored', object },
    offset: NPY_HEADER_BYTES,
    length,
    dtype: type,
    bigEndian: false,
  });
  return {
    uri: `${uri} rows ${rowRange.join(':')}`,
    rows,
    nnz,
    objects: pins,
    indptr: toArray(0, rows + 1, 'int64'),
    indices: toArray(1, nnz, 'int32'),
    data: toArray(2, nnz, dtype),
  };
}

/** The parts whose first rows are given, or the jobs that make those which are not there yet. */
async function resolveParts(
  entries: EntrySource,
  staged: StageStore,
  starts: ArrayLike<number>,
  findJobs: (isDone: (part: number) => boolean) => Promise<StageJob[]> | StageJob[],
): Promise<Conversion> {
  const names = await staged.list(PARTS_PREFIX);
  const count = starts.length - 1;
  const isDone = (part: number) => isPartDone(names, part);
  const jobs = await findJobs(isDone);
  if (jobs.length > 0) return { jobs };
  const parts = Array.from({ length: count }, (_, part) =>
    toPart(entries, part, [starts[part]!, starts[part + 1]!], names),
  );
  return { parts };
}

/**
 * Tells how far the conversion of a matrix into row-ordered CSR parts has come: the parts, or the jobs of
 * the next round that are still to be done; then it is to be called again.
 *
 * A matrix of at most 64 MiB of entries (row, column, value) and 4 Mi rows takes one job of a round
 * `whole`. Any other takes four rounds: `scan` counts the entries of each segment by row, `buckets`
 * decides which rows each part has, `scatter` sorts each segment by part, and `gather` sorts each part
 * by row. Each job stays below 256 MB, whatever the matrix is.
 *
 * Only names and sizes are looked at, by one LIST a thousand objects; a round that was cut off goes on
 * with the jobs whose objects are missing. Holds about 1 KB a part.
 *
 * @throws {CorruptSourceError} the shape is negative.
 * @throws {BoundExceededError} the shape is out of proportion to the entries, see {@link assertConvertible}.
 */
export async function resolveConversion(
  entries: EntrySource,
  staged: StageStore,
  bounds: ConversionBounds = CONVERSION_BOUNDS,
): Promise<Conversion> {
  assertConvertible(entries, bounds);
  const { shape, segments } = entries;
  if (fitsOneJob(entries, bounds)) {
    return resolveParts(entries, staged, [0, shape[0]], (isDone) =>
      missingJobs('whole', 1, isDone),
    );
  }
  const starts = await readBuckets(staged);
  if (starts === undefined) {
    const scans = await staged.list('scan/');
    const jobs = missingJobs('scan', segments, (task) => scans.has(taskName('scan', task)));
    return { jobs: jobs.length > 0 ? jobs : [{ round: 'buckets', task: 0 }] };
  }
  return resolveParts(entries, staged, starts, async (isDone) => {
    const gathers = missingJobs('gather', starts.length - 1, isDone);
    if (gathers.length === 0) return gathers;
    const found = await staged.list('scatter/');
    const scatters = missingJobs('scatter', segments, (task) =>
      found.has(taskName('scatter', task)),
    );
    return scatters.length > 0 ? scatters : gathers;
  });
}

/**
 * Does one job that {@link resolveConversion} named. Done again it leaves the same objects.
 *
 * @throws {CorruptSourceError} an entry lies outside the matrix; names row and column.
 * @throws {BoundExceededError} a row is larger than a writer could read, or there would be too many parts.
 * @throws {RequestError} there is no such job.
 */
export async function stageConversion(
  entries: EntrySource,
  staged: StageStore,
  { round, task }: StageJob,
  bounds: ConversionBounds = CONVERSION_BOUNDS,
): Promise<void> {
  switch (round) {
    case 'whole':
      return await convertWhole(entries, staged, bounds);
    case 'scan':
      return await scanSegment(entries, staged, task, bounds);
    case 'buckets':
      return await stageBuckets(entries, staged, bounds);
    case 'scatter':
      return await scatterSegment(entries, staged, task, bounds);
    case 'gather':
      return await gatherBucket(entries, staged, task, bounds);
    default:
      throw new RequestError([
        `${entries.uri} has no jobs of a round ${JSON.stringify(round)}, allowed are whole, scan, buckets, scatter and gather`,
      ]);
  }
}
