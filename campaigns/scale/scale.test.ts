import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npyArray } from '#support/npz/npy.ts';
import { patience } from '#support/patience.ts';
import { generatedBundle } from './generated-bundle.ts';
import { missedGoals } from './goals.ts';
import { measureSteps, type StepFigures } from './measure.ts';
import { CHUNK_BYTES, ENTRIES_PER_ROW, ROWS_PER_CHUNK } from './shape.ts';

const CHUNKS = 2_500;

describe('the generated bundle', () => {
  const rows = 2 * ROWS_PER_CHUNK;
  const indptr = Array.from({ length: rows + 1 }, (_, row) => row * ENTRIES_PER_ROW);
  const whole = npyArray(indptr, 'int64');
  const file = generatedBundle(2).get('indptr-0123abcd.npy')!;

  it.each([
    ['all', 0, whole.length],
    ['the header', 0, 128],
    ['a part of the header and of the values', 100, 99],
    ['values from the middle of one to the middle of another', 133, 50],
    ['the end', whole.length - 3, 3],
  ])('has the bytes of the array: %s', (_, offset, length) => {
    expect(file.size).toBe(whole.length);
    const bytes = file.read(offset, length);
    expect(Buffer.from(bytes)).toEqual(Buffer.from(whole.subarray(offset, offset + length)));
  });
});

describe('the goals', () => {
  const figures: StepFigures = {
    ...{ step: 'Finalize', cpuSeconds: 80, wallSeconds: 180, megabytes: 450 },
    ...{ calls: {}, result: {} },
  };

  it('are met by what is exactly allowed', () => {
    expect(missedGoals(figures)).toEqual([]);
  });

  it('that are missed are named one by one', () => {
    expect(missedGoals({ ...figures, cpuSeconds: 80.1, megabytes: 512 })).toEqual([
      'Finalize took 80.1 s of CPU, allowed are 80',
      'Finalize took 512.0 MB, allowed are 450',
    ]);
    expect(missedGoals({ ...figures, step: 'Plan', cpuSeconds: 1, megabytes: 301 })).toEqual([
      'Plan took 301.0 MB, allowed are 300',
    ]);
  });
});

describe('Plan and Finalize over many chunks', () => {
  it('end as they should, with one LIST for each thousand', {
    timeout: patience(10_000),
  }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scale-'));
    const fast = { listMilliseconds: 1, queryMilliseconds: 1 };
    const steps = measureSteps({ directory, chunks: CHUNKS, ...fast });
    const [plan, finalize] = await Array.fromAsync(steps);
    expect(plan?.result).toMatchObject({ decision: 'write', run: { chunks: CHUNKS } });
    const totals = { chunks: CHUNKS, rows: CHUNKS * ROWS_PER_CHUNK, bytes: CHUNKS * CHUNK_BYTES };
    expect(finalize?.result).toMatchObject({ generation: 1, totals });
    expect(finalize?.calls).toMatchObject({ LIST: 3, Query: 16 });
    expect([plan, finalize].flatMap((figures) => missedGoals(figures!))).toEqual([]);
  });
});
