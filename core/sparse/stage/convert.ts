import { RequestError } from '#core/errors.ts';
import type { StageJob } from '#core/objects/stage-job.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import type { PartLayout } from '#core/sparse/layout/matrix-layout.ts';
import {
  assertConvertible,
  CONVERSION_BOUNDS,
  type ConversionBounds,
} from './conversion-bounds.ts';
import { convertWhole, fitsOneJob } from './convert-whole.ts';
import type { EntrySource } from './entry-source.ts';
import { gatherBucket } from './gather-bucket.ts';
import { mergeTile } from './merge-tile.ts';
import { readBuckets, requireBuckets, scanSegment, stageBuckets } from './scan-segment.ts';
import { scatterSegment } from './scatter-segment.ts';
import { jobName, PARTS_PREFIX, partName, TILES_PREFIX } from './stage-names.ts';
import { findCsrPart } from './staged-rows.ts';
import { gridOf, type TileGrid, tileCountOf, tileOf } from './tile-grid.ts';

/** The finished parts in row order, or the jobs of the next round. */
export type Conversion =
  | { readonly jobs: readonly StageJob[] }
  | { readonly parts: readonly PartLayout[] };

/** The jobs 0 to `count - 1` of a round that are still to be done. */
function missingJobs(round: string, count: number, isDone: (index: number) => boolean): StageJob[] {
  const jobs: StageJob[] = [];
  for (let index = 0; index < count; index++) if (!isDone(index)) jobs.push({ round, index });
  return jobs;
}

/** The parts, or the jobs that make the missing ones. */
async function resolveParts(
  { dtype }: EntrySource,
  staged: StageStore,
  count: number,
  findJobs: (isDone: (part: number) => boolean) => Promise<StageJob[]> | StageJob[],
): Promise<Conversion> {
  const found = await staged.list(PARTS_PREFIX);
  const parts: (PartLayout | undefined)[] = [];
  for (let part = 0; part < count; part++) parts.push(findCsrPart(found, partName(part), dtype));
  const done = parts.filter((part) => part !== undefined);
  if (done.length === count) return { parts: done };
  return { jobs: await findJobs((part) => parts[part] !== undefined) };
}

/** The merge jobs that are still to be done; none if the entries are gathered without tiles. */
async function missingMerges(grid: TileGrid | undefined, staged: StageStore): Promise<StageJob[]> {
  if (grid === undefined) return [];
  const found = await staged.list(TILES_PREFIX);
  return missingJobs('merge', tileCountOf(grid), (index) => found.has(tileOf(grid, index).name));
}

/** Merges a tile, if the conversion has tiles. */
async function stageMerge(
  entries: EntrySource,
  staged: StageStore,
  index: number,
  bounds: ConversionBounds,
): Promise<void> {
  const { uri, segments } = entries;
  const { length } = await requireBuckets(uri, staged);
  const grid = gridOf(segments, length - 1, bounds);
  const tiles = grid === undefined ? 0 : tileCountOf(grid);
  if (grid !== undefined && index < tiles) {
    return await mergeTile(entries, staged, { grid, index }, bounds);
  }
  throw new RequestError([`${uri} is merged to ${tiles} tiles, so there is no job ${index}`]);
}

/**
 * Finds out how far the conversion of a matrix to CSR parts in row order has come. Returns the
 * parts, or the jobs of the next round that are still to be done; after these it must be called
 * again.
 *
 * A matrix of at most 64 MiB of entries (row, column, value) and 4 Mi rows takes one job, of round
 * `whole`. Any other takes four rounds: `scan` counts the entries of each segment by row, `buckets`
 * decides which rows each part has, `scatter` sorts each segment by part, and `gather` sorts each
 * part by row. With more than a million pairs of a segment and a part, a round `merge` before
 * `gather` makes tiles of 100 × 100 of them, so that no part reads all segments. Each job stays
 * below 256 MB for any matrix.
 *
 * Looks only at names and sizes of what is staged, by one LIST per thousand objects. An interrupted
 * round continues with the jobs whose objects are missing. Holds about 1 KB per part.
 *
 * @throws {CorruptSourceError} the shape is negative.
 * @throws {BoundExceededError} the shape is too large for the entries, see {@link
 * assertConvertible}.
 */
export async function resolveConversion(
  entries: EntrySource,
  staged: StageStore,
  bounds: ConversionBounds = CONVERSION_BOUNDS,
): Promise<Conversion> {
  assertConvertible(entries, bounds);
  const { segments } = entries;
  if (fitsOneJob(entries, bounds)) {
    return resolveParts(entries, staged, 1, (isDone) => missingJobs('whole', 1, isDone));
  }
  const starts = await readBuckets(staged);
  if (starts === undefined) {
    const scans = await staged.list('scan/');
    const jobs = missingJobs('scan', segments, (index) => scans.has(jobName('scan', index)));
    return { jobs: jobs.length > 0 ? jobs : [{ round: 'buckets', index: 0 }] };
  }
  const count = starts.length - 1;
  return resolveParts(entries, staged, count, async (isDone) => {
    const found = await staged.list('scatter/');
    const jobs = missingJobs('scatter', segments, (index) => found.has(jobName('scatter', index)));
    if (jobs.length > 0) return jobs;
    const merges = await missingMerges(gridOf(segments, count, bounds), staged);
    return merges.length > 0 ? merges : missingJobs('gather', count, isDone);
  });
}

/**
 * Does one job that {@link resolveConversion} returned. Doing it twice leaves the same objects.
 *
 * @throws {CorruptSourceError} an entry lies outside the matrix; names row and column.
 * @throws {BoundExceededError} a row is larger than a writer can read, or there would be too many
 * parts.
 * @throws {RequestError} there is no such job.
 */
export async function stageConversion(
  entries: EntrySource,
  staged: StageStore,
  { round, index }: StageJob,
  bounds: ConversionBounds = CONVERSION_BOUNDS,
): Promise<void> {
  switch (round) {
    case 'whole':
      return await convertWhole(entries, staged, bounds);
    case 'scan':
      return await scanSegment(entries, staged, index, bounds);
    case 'buckets':
      return await stageBuckets(entries, staged, bounds);
    case 'scatter':
      return await scatterSegment(entries, staged, index, bounds);
    case 'merge':
      return await stageMerge(entries, staged, index, bounds);
    case 'gather':
      return await gatherBucket(entries, staged, index, bounds);
    default:
      throw new RequestError([
        `${entries.uri} has no jobs of a round ${JSON.stringify(round)}, allowed are whole, scan, buckets, scatter, merge and gather`,
      ]);
  }
}
