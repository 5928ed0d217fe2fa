import { describe, expect, it } from 'vitest';
import { sketchChunks } from '#core/chunks/sketch-plan.ts';
import type { MatrixFacts } from '#core/sparse/matrix-facts.ts';
import { PLAIN_CSV } from '#support/plain-csv.ts';

const FACTS: MatrixFacts = {
  ...{ kind: 'matrix', format: 'mtx', shape: [100_000, 20_000], dtype: 'int64', nnz: 6e6 },
};

const GZIP = { ...PLAIN_CSV, compression: 'gzip' } as const;

describe('sketchChunks', () => {
  it('lies between the bounds of the text, in chunks of the target', () => {
    const plain = sketchChunks({ facts: FACTS, output: PLAIN_CSV, chunking: 'automatic' });
    expect(plain.text.all).toBeGreaterThanOrEqual(4e9);
    expect(plain.text.all).toBeLessThan(4.02e9);
    expect(plain).toMatchObject({ chunks: 8, puts: 8, stored: plain.text });
    const rows = sketchChunks({ facts: FACTS, output: PLAIN_CSV, chunking: { rows: 30_000 } });
    expect(rows.chunks).toBe(4);
    const bytes = sketchChunks({ facts: FACTS, output: GZIP, chunking: { targetBytes: 1e9 } });
    expect(bytes).toMatchObject({ chunks: 5, stored: { all: 3e7 } });
  });

  it('knows longer floats, and gzip of dense text', () => {
    const floats = { ...FACTS, dtype: 'float64', nnz: 1e9 } as const;
    const dense = sketchChunks({ facts: floats, output: GZIP, chunking: 'automatic' });
    expect(dense.text.all).toBeGreaterThan(12e9);
    expect(dense.stored.all).toBe(Math.round(dense.text.all / 4));
    const few = sketchChunks({
      ...{ facts: { ...floats, nnz: 6e6 }, output: GZIP, chunking: 'automatic' },
    });
    expect(few.stored.all).toBe(9e7);
  });
});
