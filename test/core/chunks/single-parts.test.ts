import { describe, expect, it } from 'vitest';
import { planMatrix } from '#core/chunks/plan-matrix.ts';
import { BoundExceededError } from '#core/errors.ts';
import { matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { Chunking } from '#core/request/request-schema.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';
import { planSingles } from '#support/random-single-plans.ts';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

interface Asked {
  readonly rows: number;
  readonly columns: number;
  readonly chunking: Chunking;
  readonly compression?: 'none' | 'gzip';
}

/** Plans rows of which nothing is stored: each has two bytes of text for each column. */
async function plan({ rows, columns, chunking, compression = 'none' }: Asked) {
  const output = matrixOutputOf({ ...PLAIN_CSV, compression, single: true });
  const matrix = { shape: [rows, columns] as const, dtype: 'int64' as const, nnz: 0 };
  const bands = (async function* () {
    yield new Float64Array(rows + 1);
  })();
  const options = { matrix, output, chunking, chunksBefore: 0 };
  const chunks = await Array.fromAsync(planMatrix(bands, options));
  return chunks.map(({ rowStart, rowEnd }) => rowEnd - rowStart);
}

describe('a plan of one object', () => {
  it('gathers rows until a part is long enough, whatever target is asked for', async () => {
    // Three rows of 2 MiB make a part.
    const ended = await plan({ rows: 8, columns: MIB, chunking: { targetBytes: 1 } });
    expect(ended).toEqual([3, 3, 2]);
  });

  it('raises the target where there would be too many parts, to 4 GiB', async () => {
    const chunks = await plan({ rows: 20_000, columns: 2 ** 20, chunking: { targetBytes: 1 } });
    expect(chunks.length).toBeLessThanOrEqual(9_000);
    const large = await plan({ rows: 3, columns: GIB, chunking: { targetBytes: 20 * GIB } });
    expect(large).toEqual([2, 1]);
  });

  it('lets members be short, as they can be made longer', async () => {
    const rows = { rows: 4, columns: 10, chunking: { rows: 1 } };
    expect(await plan({ ...rows, compression: 'gzip' })).toEqual([1, 1, 1, 1]);
  });

  it('takes any target for members, but for twice the text of a part', async () => {
    const chunking = { targetBytes: 20 * GIB };
    const chunks = await plan({ rows: 5, columns: GIB / 2, chunking, compression: 'gzip' });
    expect(chunks).toEqual([2, 2, 1]);
  });

  it('fails where rows per chunk make parts too short or too long, and names a target', async () => {
    const short = plan({ rows: 4, columns: 10, chunking: { rows: 2 } });
    await expect(short).rejects.toThrow(BoundExceededError);
    await expect(short).rejects.toThrow(
      'chunk 0 (rows 0 to 2) may have only 40 bytes as a part of one object, which has at least 5242880 before the last one; say chunking.targetBytes 536870912',
    );
    const long = plan({ rows: 4, columns: GIB, chunking: { rows: 3 } });
    await expect(long).rejects.toThrow(
      /may have up to 6442450944 bytes .*at most 5368709120 of them; say chunking.targetBytes 536870912/,
    );
  });

  it('fails where a row alone is too long, and says how to join it', async () => {
    const long = plan({ rows: 2, columns: 2 ** 31 - 1, chunking: { rows: 2 } });
    await expect(long).rejects.toThrow(/say chunking.targetBytes/);
    const row = { rows: 2, columns: 2 ** 31 - 1, compression: 'gzip' } as const;
    await expect(plan({ ...row, chunking: 'automatic' })).rejects.toThrow(
      /leave out output.single, and join the chunks by the command assemble/,
    );
  });

  it('fails where more than 10,000 parts are asked for, and names what is enough', async () => {
    const many = { rows: 10_002, columns: 2.5 * MIB + 1 };
    await expect(plan({ ...many, chunking: { rows: 1 } })).rejects.toThrow(
      /at most 10000 parts.*; say chunking.targetBytes 536870912$/,
    );
    const huge = { rows: 10_002, columns: 2 ** 31 - 1, chunking: { rows: 1 } };
    await expect(plan(huge)).rejects.toThrow(/; leave out output.single/);
  });

  it('takes entries of svmlight for cells of their own, each of four bytes at least', () => {
    const spec = { kind: 'svmlight', zeroBased: true, compression: 'none', single: true } as const;
    const { part } = matrixOutputOf(spec);
    const rows = { shape: [2, 10] as const, dtype: 'int8' as const, nnz: 3 };
    expect(part?.bounds(rows)).toEqual({ min: 2 * 2 + 3 * 4, max: 2 * 2 + 3 * (1 + 2 + 1 + 4) });
    expect(part?.bounds({ ...rows, nnz: 0 }).min).toBe(4);
  });

  it('never has a part that S3 would not take, in 2,000 random plans', async () => {
    const { planned, refused, remedied } = await planSingles(2_000, 1);
    expect(planned).toBeGreaterThan(1_000);
    expect(refused).toBeGreaterThan(100);
    expect(remedied).toBeGreaterThan(50);
  });
});
