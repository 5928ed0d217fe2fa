import { NETWORK_BYTES_PER_SECOND } from '#core/cost/cost.ts';

/**
 * Requests that S3 takes per second for one prefix before it has split it.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
 */
export const PUTS_PER_SECOND = 3_500;

/** Shortest time of a writer for a chunk. */
const LEAST_SECONDS = 0.3;

/** Writers that work at the same time. */
interface Writers {
  readonly concurrency: number;
  readonly chunks: number;
  /** Least bytes that all chunks can have as they are stored. */
  readonly minBytes: number;
}

/**
 * A sentence about writers that may send more requests than a fresh prefix takes; undefined if they
 * cannot.
 */
export function prefixWarning({ concurrency, chunks, minBytes }: Writers): string | undefined {
  const seconds = LEAST_SECONDS + minBytes / chunks / NETWORK_BYTES_PER_SECOND;
  const rate = Math.round(Math.min(concurrency, chunks) / seconds);
  if (rate <= PUTS_PER_SECOND) return undefined;
  const enough = Math.floor(PUTS_PER_SECOND * seconds);
  return `limits.concurrency ${concurrency} may send ${rate} PUT/s of small chunks, and S3 takes ${PUTS_PER_SECOND} per second below a fresh prefix: the others are tried again, which takes time; ${enough} writers are enough, or ask for larger chunks`;
}
