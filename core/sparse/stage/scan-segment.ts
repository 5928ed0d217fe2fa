import { bytesOf } from '#core/bytes/bytes-of.ts';
import { inOrder } from '#core/bytes/in-order.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { type ConversionBounds, sortedEntriesOf } from './conversion-bounds.ts';
import type { EntrySource } from './entry-source.ts';
import { openJobObjects } from './job-objects.ts';
import { readEntries } from './read-entries.ts';
import { countGroups, decideBuckets, groupCountOf, groupRowsOf } from './row-buckets.ts';
import { BUCKETS_NAME, jobName } from './stage-names.ts';

/** Scans of 512 KiB each that are read at the same time. */
const SCANS_AT_ONCE = 8;

/**
 * Counts the entries of one segment by groups of rows, checks each entry, and stages the counts.
 * One pass over the segment. Holds and stages 8 bytes per group, up to 512 KiB.
 *
 * @throws {CorruptSourceError} an entry lies outside the matrix.
 */
export async function scanSegment(
  entries: EntrySource,
  staged: StageStore,
  segment: number,
  bounds: ConversionBounds,
): Promise<void> {
  const groups = groupRowsOf(entries.shape[0], bounds.rowGroups);
  const counts = new Float64Array(groupCountOf(groups));
  for await (const { rows } of readEntries(entries, segment)) countGroups(counts, rows, groups);
  await staged.create(jobName('scan', segment), [bytesOf(counts)]);
}

/** Adds up the counts of all segments. */
async function sumScans(
  { uri, segments }: EntrySource,
  staged: StageStore,
  groupCount: number,
): Promise<Float64Array> {
  const names = Array.from({ length: segments }, (_, segment) => jobName('scan', segment));
  const scans = await openJobObjects(staged, { folder: 'scan/', names }, uri);
  const reads = scans.map(
    ({ source }) =>
      () =>
        source.read({ offset: 0, length: source.size }),
  );
  const sums = new Float64Array(groupCount);
  for await (const { buffer } of inOrder(reads, SCANS_AT_ONCE)) {
    const counts = new Float64Array(buffer);
    for (let group = 0; group < groupCount; group++) sums[group]! += counts[group]!;
  }
  return sums;
}

/**
 * Decides, from the counts of all segments, which rows each part has, and stages the first row of
 * each. Reads at most 512 KiB per segment, eight segments at the same time.
 *
 * @throws {BoundExceededError} there would be too many parts.
 */
export async function stageBuckets(
  entries: EntrySource,
  staged: StageStore,
  bounds: ConversionBounds,
): Promise<void> {
  const { uri, shape, dtype } = entries;
  const groups = groupRowsOf(shape[0], bounds.rowGroups);
  const counts = await sumScans(entries, staged, groupCountOf(groups));
  const starts = decideBuckets(
    counts,
    groups,
    {
      maxEntries: sortedEntriesOf(dtype, bounds),
      maxRows: bounds.partRows,
      maxBuckets: bounds.maxTasks,
    },
    uri,
  );
  await staged.create(BUCKETS_NAME, [bytesOf(starts)]);
}

/**
 * Reads the first row of each bucket, then the number of rows; at most 80 KB.
 *
 * @returns undefined if the buckets have not been decided yet.
 */
export async function readBuckets(staged: StageStore): Promise<Float64Array | undefined> {
  const found = await staged.open(BUCKETS_NAME);
  if (found === undefined) return undefined;
  const { buffer } = await found.source.read({ offset: 0, length: found.source.size });
  return new Float64Array(buffer);
}

/**
 * Reads the buckets for a job that needs them.
 *
 * @throws {CorruptSourceError} they were removed.
 */
export async function requireBuckets(uri: string, staged: StageStore): Promise<Float64Array> {
  const starts = await readBuckets(staged);
  if (starts !== undefined) return starts;
  throw new CorruptSourceError(
    `what was staged of ${uri} lacks ${BUCKETS_NAME}; start the export again, so that it is staged anew`,
  );
}
