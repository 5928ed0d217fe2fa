import type { MatrixRun } from '#core/run/matrix-run.ts';
import { EMPTY_BASE } from '#core/run/run-fields.ts';
import { PLAIN_CSV } from './plain-csv.ts';

/** The header of a run of a matrix, and its rows. */
type CountedMatrix = MatrixRun & { readonly rows: number };

/**
 * The header of a run of a two-column matrix that does not exist, for tests that read no source.
 */
export function headerOf(figures: { rows: number; nnz: number; chunks: number }): CountedMatrix {
  return {
    runId: '0123456789abcdef0123456789abcdef',
    source: { uri: 's3://data/matrix.npz', etag: 'abc', versionId: null, size: 1 },
    facts: {
      kind: 'matrix',
      format: 'npz',
      shape: [figures.rows, 2],
      dtype: 'int64',
      nnz: figures.nnz,
    },
    output: PLAIN_CSV,
    location: { bucket: 'bucket', prefix: 'out/' },
    generation: 1,
    base: EMPTY_BASE,
    chunks: figures.chunks,
    rows: figures.rows,
  };
}
