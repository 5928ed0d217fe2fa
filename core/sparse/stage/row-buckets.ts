import { BoundExceededError } from '#core/errors.ts';

/**
 * Groups of rows whose entries are counted: `groupRows` rows per group; the last one may be
 * shorter.
 */
export interface RowGroups {
  readonly rows: number;
  readonly groupRows: number;
}

/** Most entries and rows of a bucket, and the most buckets. */
export interface BucketBounds {
  readonly maxEntries: number;
  readonly maxRows: number;
  readonly maxBuckets: number;
}

/** The bucket of each entry, and its row counted from the bucket's first row. */
export interface BucketedRows {
  readonly buckets: Int32Array;
  readonly rows: Int32Array;
}

/** Cuts rows into at most `rowGroups` groups. The number of rows per group is a power of two. */
export function groupRowsOf(rows: number, rowGroups: number): RowGroups {
  let groupRows = 1;
  while (rows > groupRows * rowGroups) groupRows *= 2;
  return { rows, groupRows };
}

/** Number of groups. */
export function groupCountOf({ rows, groupRows }: RowGroups): number {
  return Math.ceil(rows / groupRows);
}

/** Adds the entries of each group to `counts`. */
export function countGroups(
  counts: Float64Array,
  rows: Int32Array | Float64Array,
  { groupRows }: RowGroups,
): void {
  for (let i = 0; i < rows.length; i++) counts[Math.floor(rows[i]! / groupRows)]!++;
}

/**
 * Cuts the rows into buckets, each of as many whole groups as the bounds allow. A single group that
 * is above the bounds is cut into equal runs of rows. These may still be above the bounds, because
 * entries are not counted for single rows.
 *
 * @param counts number of entries of each group.
 * @param uri name of the source in messages.
 * @returns the first row of each bucket, then the number of rows.
 * @throws {BoundExceededError} there would be too many buckets.
 */
export function decideBuckets(
  counts: Float64Array,
  { rows, groupRows }: RowGroups,
  { maxEntries, maxRows, maxBuckets }: BucketBounds,
  uri: string,
): Float64Array {
  const starts = [0];
  let entries = 0;
  for (const [group, count] of counts.entries()) {
    const start = group * groupRows;
    const size = Math.min(groupRows, rows - start);
    const isFull = entries + count > maxEntries || start + size - starts.at(-1)! > maxRows;
    if (isFull && start > starts.at(-1)!) starts.push(start);
    if (isFull) entries = 0;
    const wanted = Math.max(1, Math.ceil(count / maxEntries), Math.ceil(size / maxRows));
    const pieces = Math.min(size, wanted);
    if (starts.length + pieces - 1 > maxBuckets) {
      throw new BoundExceededError(
        `${uri} would be sorted into more than ${maxBuckets} parts of ${maxEntries} entries or ${maxRows} rows; split it by rows`,
      );
    }
    for (let i = 1; i < pieces; i++) starts.push(start + Math.floor((i * size) / pieces));
    // No other group joins the last piece of a group that was cut.
    entries = pieces > 1 ? maxEntries : entries + count;
  }
  return Float64Array.from([...starts, rows]);
}

/**
 * Makes a finder of the buckets of rows. It takes one look-up per row, and one step for each bucket
 * that begins before it in the same group. Holds 4 bytes per group.
 *
 * @param starts what {@link decideBuckets} returned.
 */
export function createBucketFinder(
  starts: Float64Array,
  groups: RowGroups,
): (rows: Int32Array | Float64Array) => BucketedRows {
  const { groupRows } = groups;
  const firstBuckets = new Int32Array(groupCountOf(groups));
  for (let group = 0, bucket = 0; group < firstBuckets.length; group++) {
    while (group * groupRows >= starts[bucket + 1]!) bucket++;
    firstBuckets[group] = bucket;
  }
  return (rows) => {
    const found = new Int32Array(rows.length);
    const within = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      let bucket = firstBuckets[Math.floor(row / groupRows)]!;
      while (row >= starts[bucket + 1]!) bucket++;
      found[i] = bucket;
      within[i] = row - starts[bucket]!;
    }
    return { buckets: found, rows: within };
  };
}
