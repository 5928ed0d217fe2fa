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

/** Chunks of one row each, whose entries with long keys are more than a manifest repeats. */
const LONG_ROWS = 90;

function matrixOf(seed: number, rows: number): PlainCsr {
  return randomMatrix(createRandom(seed), 'float64', { rows, columns: COLUMNS, entries: 4 });
}

/** Three matrices of the same columns: two chunks each. */
export const BATCHES: readonly PlainCsr[] = ROWS.map((rows, index) => matrixOf(index + 1, rows));

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

/** How the batches of matrices are named and cut. */
interface MatrixBatches {
  readonly folder: string;
  readonly matrices: readonly PlainCsr[];
  readonly chunkRows: number;
}

const SHORT: MatrixBatches = { folder: '', matrices: BATCHES, chunkRows: CHUNK_ROWS };

/** The first batch has so many chunks that later manifests link its list. */
export const LONG: MatrixBatches = {
  folder: 'deep/'.repeat(120),
  matrices: BATCHES.with(0, matrixOf(1, LONG_ROWS)),
  chunkRows: 1,
};

/** Batches of {@link BATCHES}, or of other matrices. */
export function matrixBatches(
  compression: Compression,
  { folder, matrices, chunkRows }: MatrixBatches = SHORT,
): BatchForm {
  const requestOf = async (
    { bucket, s3 }: LocalServices,
    name: string,
    matrix: PlainCsr,
  ): Promise<BatchRequest> => {
    const Key = `sources/${folder}${name}`;
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: writeNpz(matrix) }));
    return {
      source: `s3://${bucket}/${Key}`,
      output: { compression, text: { header: 'first-chunk' } },
      chunking: { rows: chunkRows },
    };
  };
  return {
    name: `${folder}${compression}`,
    request: (services, batch) => requestOf(services, `batch-${batch}`, matrices[batch]!),
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
      const name = `whole-${live.join('-')}-${compression}-${chunkRows}`;
      const source = stacked(live.map((batch) => matrices[batch]!));
      return await run(name, await requestOf(services, name, source));
    },
  };
}
