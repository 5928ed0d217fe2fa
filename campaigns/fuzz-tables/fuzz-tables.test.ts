import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '#support/patience.ts';
import { FUZZ_FORMATS } from './make-table.ts';
import { compareRows, resultOf, TableFuzzer } from './table-run.ts';

const RUNS = 10;
const SEED = 7;

/** A small table must be read or refused within this time. */
const MOST_MILLISECONDS = patience(1_000);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'fuzz-tables-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('damaged tables', { timeout: patience(20_000) }, () => {
  it.each(FUZZ_FORMATS)('become rows, or a named error: %s', async (format) => {
    const fuzzer = new TableFuzzer({ format, seed: SEED, directory });
    const ends = new Set<string>();
    for (let run = 0; run < RUNS; run++) {
      const read = await fuzzer.read(run);
      const { end, message, comparison, milliseconds } = resultOf(read, await fuzzer.judge(read));
      expect(end === 'crashed' ? message : '', `run ${run}`).toBe('');
      expect(milliseconds).toBeLessThan(MOST_MILLISECONDS);
      // Tables that nothing was done to are read as the engine reads them.
      if (read.input.changes.length === 0) expect(comparison, `run ${run}`).toBe('equal');
      ends.add(end);
    }
    fuzzer.close();
    expect([...ends].sort()).toEqual(['accepted', 'refused']);
  });
});

describe('rows and judges', () => {
  const ours = { end: 'accepted', rows: ['types', '1', '2'], rejected: 0 } as const;
  const refused = { end: 'refused', name: 'CorruptSourceError', message: '' } as const;

  it.each([
    ['equal', ours, { duckdb: ['1', '2'], polars: ['1'] }],
    ['different', ours, { duckdb: ['1'], polars: ['1'], pyarrow: 'refused' }],
    ['library refuses', ours, { duckdb: ['1'], polars: ['2'] }],
    ['library refuses', ours, { duckdb: ['1'], polars: 'refused' }],
    ['library refuses', ours, { duckdb: 'refused' }],
    ['library reads', refused, { duckdb: ['1'], polars: ['1'] }],
    ['both refuse', refused, { duckdb: ['1'], polars: ['2'] }],
    ['both refuse', refused, { duckdb: ['1'], polars: 'refused' }],
  ] as const)('%s', (comparison, end, verdicts) => {
    expect(compareRows(end, verdicts)).toMatchObject({ comparison });
  });
});
