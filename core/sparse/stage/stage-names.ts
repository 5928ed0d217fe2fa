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

/** Folder with the arrays of one part. */
export function partName(part: number): string {
  return `${PARTS_PREFIX}${String(part).padStart(6, '0')}`;
}
