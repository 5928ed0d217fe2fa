import { describe, expect, it } from 'vitest';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { ChunkTally } from '#core/chunks/chunk-tally.ts';
import { encodedBytes } from '#core/chunks/encode-chunk.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import { predictOutput } from '#core/chunks/predict-output.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { factsOf } from '#core/sources/open-source.ts';
import { writeNpz } from '#support/npz/write-npz.ts';
import { openMatrix } from '#support/open-matrix.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { createRandom } from '#support/seeded-random.ts';
import { diagonal } from './diagonal.ts';

/** A source whose reads are counted. */
function counted({ parts, ...source }: OpenedSource) {
  const reads: ByteRange[] = [];
  const watched = <
    A extends { source: { read(range: ByteRange): Promise<Uint8Array<ArrayBuffer>> } },
  >(
    array: A,
  ) => ({
    ...array,
    source: {
      ...array.source,
      read: (range: ByteRange) => {
        if (range.length > 0) reads.push(range);
        return array.source.read(range);
      },
    },
  });
  const placed = parts.map(({ rowStart, part }) => ({
    rowStart,
    part: {
      ...part,
      indptr: watched(part.indptr),
      indices: watched(part.indices),
      data: watched(part.data),
    },
  }));
  return { reads, source: { ...source, parts: placed } as OpenedSource };
}

/** Rows of very different lengths, some empty. */
async function uneven(rows: number) {
  const random = createRandom(3);
  const indptr = [0];
  for (let row = 0; row < rows; row += 1) {
    const entries = random.chance(0.3) ? 0 : Math.floor(random.next() ** 8 * 9_000);
    indptr.push(indptr.at(-1)! + entries);
  }
  const indices = indptr.slice(1).flatMap((end, row) => {
    return Array.from({ length: end - indptr[row]! }, (_, at) => at);
  });
  const data = indices.map((at) => at % 7);
  const npz = writeNpz({ shape: [rows, 9_000], dtype: 'float64', indptr, indices, data });
  return await openMatrix(memorySource(npz, 's3://b/uneven.npz'));
}

describe('ChunkTally', () => {
  it('counts the reads that writers need, and bytes near to theirs', async () => {
    const { matrix, layout } = await uneven(1_500);
    const facts = factsOf(layout);
    const output = PLAIN_CSV;
    const predicted = await predictOutput({
      ...{ source: matrix, facts, output, base: { chunks: 0, rows: 0 } },
    });
    const tally = new ChunkTally(matrix, output, { predicted, namesReads: 0 });
    const options = { output, chunking: { targetBytes: 4e6 }, watcher: tally };
    const chunks = await Array.fromAsync(planChunks(matrix, options));
    const { reads, source } = counted(matrix);
    const sizes: number[] = [];
    for (const chunk of chunks) {
      let bytes = 0;
      for await (const piece of encodedBytes(source, chunk, output)) bytes += piece.length;
      sizes.push(bytes);
    }
    const { tallied } = tally;
    expect(tallied).toMatchObject({ chunks: chunks.length, puts: chunks.length });
    // And one for the layout of each chunk.
    expect(tallied.gets).toBe(reads.length + chunks.length);
    expect(tallied.text.all / sizes.reduce((sum, size) => sum + size)).toBeCloseTo(1, 2);
    expect(tallied.text.max / Math.max(...sizes)).toBeCloseTo(1, 1);
    expect(tallied.longestRowBytes % 12).toBe(0);
  });

  it('counts the parts of what is stored in gzip, and text that is read twice', async () => {
    const { source } = await diagonal(10, 5);
    const rate = { perChunk: 0, perRow: 0, perEntry: 0, header: 0 };
    const large = { ...rate, perRow: 10 * 1024 ** 2 };
    const tallyOf = async (output: typeof PLAIN_CSV, stored: typeof rate) => {
      const predicted = { text: large, stored };
      const tally = new ChunkTally(source, output, { predicted, namesReads: 2 });
      const options = { output, chunking: { rows: 5 }, watcher: tally };
      await Array.fromAsync(planChunks(source, options));
      return tally.tallied;
    };
    // Of each chunk the layout, and bounds, indices and data once or twice.
    expect(await tallyOf(PLAIN_CSV, large)).toMatchObject({ puts: 2, gets: 2 * (1 + 6) + 2 });
    const gzip = { ...PLAIN_CSV, compression: 'gzip' } as unknown as typeof PLAIN_CSV;
    expect(await tallyOf(gzip, large)).toMatchObject({ puts: 2 * (4 + 2), gets: 2 * (1 + 3) + 2 });
    expect(await tallyOf(gzip, rate)).toMatchObject({ puts: 2 });
    const huge = { ...rate, perRow: 2 * 1024 ** 3 };
    expect(await tallyOf(PLAIN_CSV, huge)).toMatchObject({ puts: 2 * (2 + 2) });
  });

  it('has one chunk without rows', async () => {
    const { source } = await diagonal(0, 5);
    const rate = { perChunk: 7, perRow: 1, perEntry: 1, header: 3 };
    const predicted = { text: rate, stored: rate };
    const tally = new ChunkTally(source, PLAIN_CSV, { predicted, namesReads: 0 });
    const options = { output: PLAIN_CSV, chunking: { rows: 5 }, watcher: tally };
    await Array.fromAsync(planChunks(source, options));
    expect(tally.tallied).toMatchObject({ chunks: 1, text: { min: 10, max: 10, all: 10 } });
  });
});
