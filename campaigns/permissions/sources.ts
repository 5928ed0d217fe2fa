import { gzipSync } from 'node:zlib';
import { MAX_CHUNKS } from '#core/run/chunk-name.ts';
import type { PlainCsr } from '#support/npz/write-npz.ts';

/** Two chunks of two rows. */
export const SMALL: PlainCsr = {
  shape: [4, 3],
  dtype: 'int64',
  indptr: [0, 1, 2, 2, 3],
  indices: [0, 2, 1],
  data: [7n, 8n, 9n],
};

/** One row more than a plan may have chunks. */
export const TALL: PlainCsr = {
  ...{ shape: [MAX_CHUNKS + 1, 1], dtype: 'int8' },
  ...{
    indptr: Array(MAX_CHUNKS + 1)
      .fill(0)
      .concat(1),
    indices: [0],
    data: [7],
  },
};

/** A text in gzip of 66 members, each a record of one MiB that is not compressed. */
export function largeGzip(): Buffer {
  const record = Buffer.from(`1,${'x'.repeat(1024 * 1024)}\n`);
  return Buffer.concat(Array<Buffer>(66).fill(gzipSync(record, { level: 0 })));
}
