/** Object with the row buckets, which all later jobs use. */
export const BUCKETS_NAME = 'buckets.bin';

/** Folder of the finished parts. */
export const PARTS_PREFIX = 'csr/';

/**
 * Name of the object that a job of a round stages. It has six digits, so that names sort as jobs
 * do.
 */
export function jobName(round: 'scan' | 'scatter', index: number): string {
  return `${round}/${String(index).padStart(6, '0')}.bin`;
}

/** Folder of the scattered objects, one per segment. */
export const SCATTER_PREFIX = 'scatter/';

/** Names of the scattered objects of segments `[start, end)`. */
export function scatterNames({
  start,
  end,
}: {
  readonly start: number;
  readonly end: number;
}): readonly string[] {
  return Array.from({ length: end - start }, (_, i) => jobName('scatter', start + i));
}

/** Folder of the tiles, by group of buckets. */
export const TILES_PREFIX = 'merge/';

/** Folder of the tiles of one group of buckets. */
export function tileFolder(bucketGroup: number): string {
  return `${TILES_PREFIX}${String(bucketGroup).padStart(6, '0')}/`;
}

/** Name of the object with the entries of a group of segments in a group of buckets. */
export function tileName(bucketGroup: number, segmentGroup: number): string {
  return `${tileFolder(bucketGroup)}${String(segmentGroup).padStart(6, '0')}.bin`;
}

/** Folder with the arrays of one part. */
export function partName(part: number): string {
  return `${PARTS_PREFIX}${String(part).padStart(6, '0')}`;
}
