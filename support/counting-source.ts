import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';

/** A source that records which ranges were read. */
export interface CountingSource extends ByteSource {
  /**
   * Ranges in the order of the reads. Reads of no bytes are left out, because they take nothing.
   */
  readonly reads: readonly ByteRange[];
  /** Sum of their lengths. */
  readonly bytesRead: number;
  /** Most reads that were under way at once. */
  readonly mostAtOnce: number;
}

/** Wraps a source so that a test can count reads and bytes. */
export function withCounting(source: ByteSource): CountingSource {
  const reads: ByteRange[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  return {
    uri: source.uri,
    size: source.size,
    etag: source.etag,
    reads,
    get bytesRead() {
      return reads.reduce((sum, { length }) => sum + length, 0);
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async read(range) {
      if (range.length > 0) reads.push(range);
      underWay++;
      mostAtOnce = Math.max(mostAtOnce, underWay);
      try {
        return await source.read(range);
      } finally {
        underWay--;
      }
    },
  };
}
