/** The row buckets that all later jobs work by. */
export const BUCKETS_NAME = 'buckets.bin';

/** Where the finished parts lie. */
export const PARTS_PREFIX = 'csr/';

/** Name of what one job of a round leaves: six digits, so that names sort as jobs do. */
export function jobName(round: 'scan' | 'scatter', index: number): string {
  return `${round}/${String(index).padStart(6, '0')}.bin`;
}

/** Folder of the arrays of one part. */
export function partName(part: number): string {
  return `${PARTS_PREFIX}${String(part).padStart(6, '0')}`;
}
