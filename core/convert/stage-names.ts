/** The row buckets that all later jobs work by. */
export const BUCKETS_NAME = 'buckets.bin';

/** Where the finished parts lie. */
export const PARTS_PREFIX = 'csr/';

/** The arrays of one finished part. */
export const PART_FILES = ['indptr.npy', 'indices.npy', 'data.npy'] as const;

/** Name of what one job of a round leaves: six digits, so that names sort as tasks do. */
export function taskName(round: 'scan' | 'scatter', task: number): string {
  return `${round}/${String(task).padStart(6, '0')}.bin`;
}

/** Name of one array of a part. */
export function partFileName(part: number, file: (typeof PART_FILES)[number]): string {
  return `${PARTS_PREFIX}${String(part).padStart(6, '0')}/${file}`;
}
