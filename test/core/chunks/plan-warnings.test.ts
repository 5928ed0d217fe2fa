import { describe, expect, it } from 'vitest';
import { accountWarning, planWarnings } from '#core/chunks/plan-warnings.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const FACTS: MatrixFacts = {
  ...{ kind: 'matrix', format: 'npz', shape: [1_000, 50], dtype: 'int64', nnz: 4_000 },
};

const BYTES = { min: 1e8, max: 1e8, all: 1e9 };

const PLAN = {
  ...{ facts: FACTS, output: PLAIN_CSV, concurrency: 500, chunkSeconds: 10 },
  tallied: { chunks: 10, text: BYTES, stored: BYTES, puts: 10, gets: 90, longestRowBytes: 100 },
};

describe('planWarnings', () => {
  it('are none where nothing is unusual', () => {
    expect(planWarnings(PLAN)).toEqual([]);
  });

  it('name readers that do not take such long lines, and Redshift', () => {
    const wide = { ...FACTS, shape: [400, 60_000] as const };
    expect(planWarnings({ ...PLAN, facts: wide })).toEqual([
      'a row has about 2500000 bytes of text, and DuckDB reads lines of 2097152 unless its max_line_size is raised',
      'a row has about 2500000 bytes of text, and PyArrow reads lines of 1048576 unless its block_size is raised',
      'Redshift has tables of at most 1600 columns, and a row has 60000',
    ]);
    const npz = { kind: 'npz' } as const;
    expect(planWarnings({ ...PLAN, facts: wide, output: npz })).toEqual([]);
  });

  it('say that chunks are tiny, huge or many', () => {
    const many = { ...PLAN.tallied, chunks: 12_000, stored: { ...BYTES, all: 1e13 } };
    const [tiny, parts] = planWarnings({ ...PLAN, chunkSeconds: 0.5, tallied: many });
    expect(tiny).toMatch(/^chunks take about 0\.5 s each/);
    expect(parts).toMatch(/^assemble joins at most 10000 chunks in one step, and there are 12000/);
    expect(planWarnings({ ...PLAN, chunkSeconds: 700 })).toEqual([
      'chunks take about 700 s each, and a writer has 900 s; ask for smaller ones (chunking)',
    ]);
  });

  it('say that a prefix or an account takes fewer at once', () => {
    const small = { ...PLAN.tallied, chunks: 5_000, stored: { ...BYTES, all: 5e6 } };
    const warnings = planWarnings({ ...PLAN, concurrency: 3_000, tallied: small });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/PUT\/s of small chunks/);
    expect(warnings[1]).toMatch(/^limits\.concurrency is 3000, and an account runs 1000 functions/);
    expect(accountWarning(3_000, 900)).toBeUndefined();
  });
});
