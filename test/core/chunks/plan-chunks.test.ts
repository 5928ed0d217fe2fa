import { describe, expect, it } from 'vitest';
import { checkRows } from '#core/chunks/check-rows.ts';
import { planChunks } from '#core/chunks/plan-chunks.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { openFour } from './chunk-fixture.ts';

describe('planChunks', () => {
  it('cuts the rows of a source, and begins with chunk 0 unless others are before it', async () => {
    const source = await openFour();
    const cut = { output: PLAIN_CSV, chunking: { rows: 3 } };
    expect(await Array.fromAsync(planChunks(source, cut))).toEqual([
      { index: 0, rowStart: 0, rowEnd: 3 },
      { index: 1, rowStart: 3, rowEnd: 4 },
    ]);
    expect(await Array.fromAsync(planChunks(source, { ...cut, chunksBefore: 8 }))).toEqual([
      { index: 8, rowStart: 0, rowEnd: 3 },
      { index: 9, rowStart: 3, rowEnd: 4 },
    ]);
  });

  it('measures rows by the output: six bytes each, and 19 more per entry', async () => {
    const source = await openFour();
    const plan = async (targetBytes: number) => {
      const chunks = planChunks(source, { output: PLAIN_CSV, chunking: { targetBytes } });
      return await Array.fromAsync(chunks, ({ rowEnd }) => rowEnd);
    };
    expect(await plan(6 + 38 + 6 + 19)).toEqual([2, 4]);
    expect(await plan(6 + 38 + 6 + 18)).toEqual([1, 4]);
  });
});

describe('checkRows', () => {
  /** The matrix with another column in its second row. */
  async function withColumn(column: number): Promise<OpenedSource> {
    const source = await openFour();
    const [{ rowStart, part }] = source.parts as [(typeof source.parts)[0]];
    const { indices } = part;
    const read: typeof indices.source.read = async (range) => {
      const bytes = await indices.source.read(range);
      const at = indices.offset + 2 * 4 - range.offset;
      if (at >= 0 && at < bytes.length) new DataView(bytes.buffer).setInt32(at, column, true);
      return bytes;
    };
    const damaged = { ...indices, source: { ...indices.source, read } };
    return { ...source, parts: [{ rowStart, part: { ...part, indices: damaged } }] };
  }

  it('reads sound rows to their end', async () => {
    await checkRows(await withColumn(2), { rowStart: 0, rowEnd: 4 });
  });

  it('fails on the first fault within the rows, and looks at no others', async () => {
    const source = await withColumn(3);
    const checking = checkRows(source, { rowStart: 0, rowEnd: 4 });
    await expect(checking).rejects.toThrow(CorruptSourceError);
    await expect(checking).rejects.toThrow(
      'four.npz has an entry in row 1 at column 3, but only 3 columns',
    );
    await checkRows(source, { rowStart: 2, rowEnd: 4 });
    await checkRows(source, { rowStart: 0, rowEnd: 1 });
  });
});
