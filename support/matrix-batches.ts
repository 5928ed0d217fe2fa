import { gunzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Compression } from '#core/outputs/compression.ts';
import type { BatchForm, BatchRequest } from './batch-form.ts';
import type { LocalServices } from './local-services.ts';
import { type PlainCsr, writeNpz } from './npz/write-npz.ts';
import { randomMatrix } from './random-matrix.ts';
import { createRandom } from './seeded-random.ts';

const COLUMNS = 7;
const ROWS = [5, 4, 6];
const CHUNK_ROWS = 3;

/** Three matrices of the same columns: two chunks each. */
export const BATCHES: readonly PlainCsr[] = ROWS.map((rows, index) =>
  randomMatrix(createRandom(index + 1), 'float64', { rows, columns: COLUMNS, entries: 4 }),
);

/** Stacks matrices of the same columns. */
export function stacked(parts: readonly PlainCsr[]): PlainCsr {
  const indptr = [0];
  for (const part of parts) {
    const before = indptr.at(-1)!;
    indptr.push(...part.indptr.slice(1).map((end) => before + end));
  }
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return {
    shape: [rows, COLUMNS],
    dtype: 'float64',
    indptr,
    indices: parts.flatMap(({ indices }) => indices),
    data: parts.flatMap(({ data }) => data),
  };
}

/** Batches of {@link BATCHES}. */
export function matrixBatches(compression: Compression): BatchForm {
  const requestOf = async (
    { bucket, s3 }: LocalServices,
    name: string,
    matrix: PlainCsr,
  ): Promise<BatchRequest> => {
    const Key = `sources/${name}`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: writeNpz(matrix) }));
    return {
      source: `s3://${bucket}/${Key}`,
      output: { compression, text: { header: 'first-chunk' } },
      chunking: { rows: CHUNK_ROWS },
    };
  };
  return {
    name: compression,
    request: (services, batch) => requestOf(services, `batch-${batch}`, BATCHES[batch]!),
    async content({ entries, totals }, read) {
      const texts: Buffer[] = [];
      for (const { url } of entries) {
        const chunk = await read(url);
        texts.push(compression === 'gzip' ? gunzipSync(chunk) : chunk);
      }
      return { text: Buffer.concat(texts).toString(), crc32: totals.crc32 };
    },
    // What one run over all batches that are there, stacked in that order, writes.
    async expected(services, live, run) {
      const name = `whole-${live.join('-')}-${compression}`;
      const source = stacked(live.map((batch) => BATCHES[batch]!));
      return await run(name, await requestOf(services, name, source));
    },
  };
}
