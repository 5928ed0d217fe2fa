import { DEFAULT_DIALECT } from '#core/outputs/csv/csv-dialect.ts';
import { EMPTY_BASE, type RunHeader } from '#core/run/run.ts';

/**
 * The header of a run over a two-column matrix that does not exist, for tests that read no source.
 */
export function headerOf(figures: { rows: number; nnz: number; chunks: number }): RunHeader {
  return {
    runId: '0123456789abcdef0123456789abcdef',
    source: { uri: 's3://data/matrix.npz', etag: 'abc', versionId: null, size: 1 },
    matrix: {
      format: 'npz',
      shape: [figures.rows, 2],
      dtype: 'int64',
      nnz: figures.nnz,
    },
    output: { bucket: 'bucket', prefix: 'out/' },
    base: EMPTY_BASE,
    dialect: DEFAULT_DIALECT,
    compression: 'none',
    chunks: figures.chunks,
  };
}
