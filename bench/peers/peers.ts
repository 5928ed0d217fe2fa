import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from './run-peer.ts';

const OURS = fileURLToPath(import.meta.resolve('./ours.ts'));
const OUR_WRITER = fileURLToPath(import.meta.resolve('./our-writer.ts'));

/** Options of Node with which Lambda starts our functions. */
const NODE = [process.execPath, '--max-semi-space-size=2'] as const;

/** Our ways of writing a file, whose rates the others' are compared with. */
export const PLAIN = 'sparse-fanout';
export const GZIP = 'sparse-fanout, gzip';

/** One deployed writer of ours, from S3 to S3. */
export const WRITER_PLAIN = 'sparse-fanout writer, S3 to S3';
export const WRITER_GZIP = 'sparse-fanout writer, S3 to S3, gzip';

export const PANDAS_DEFAULT = 'pandas sparse to_csv';
export const DUCKDB = 'DuckDB COPY of the wide table';

/** Files of Python, and the names under which their results are shown. */
const SCRIPTS = [
  ['pandas_default', PANDAS_DEFAULT],
  ['pandas_chunked', 'pandas sparse to_csv, chunksize 2000'],
  ['pandas_dense', 'pandas, dense slices'],
  ['numpy_savetxt', 'NumPy savetxt, dense slices'],
  ['polars_frame', 'Polars write_csv, dense slices'],
  ['pyarrow_csv', 'PyArrow CSVWriter, dense slices'],
  ['duckdb_copy', DUCKDB],
  ['spark_to_csv', 'Spark, pandas sparse to_csv per task'],
  ['spark_frame', 'Spark DataFrame write.csv'],
] as const;

const OUR_WAYS: readonly Peer[] = [
  { name: PLAIN, command: [process.execPath, OURS, 'none'] },
  { name: GZIP, command: [process.execPath, OURS, 'gzip'], gzip: true },
];

const OUR_WRITERS: readonly Peer[] = [
  { name: WRITER_PLAIN, command: [...NODE, OUR_WRITER, 'none'] },
  { name: WRITER_GZIP, command: [...NODE, OUR_WRITER, 'gzip'], gzip: true },
];

/** Where the text goes if only the encoding is timed. */
export const NOWHERE = '/dev/null';

const DISCARDING: readonly Peer[] = OUR_WAYS.map(({ name, command }) => ({
  name: `${name}, to ${NOWHERE}`,
  command,
  discards: true,
}));

/** Our own ways first, then the peers'. */
export function peersOf(python: string): Peer[] {
  const scripts = SCRIPTS.map(([script, name]): Peer => {
    return { name, command: [python, path.join(import.meta.dirname, `${script}.py`)] };
  });
  return [...OUR_WAYS, ...DISCARDING, ...OUR_WRITERS, ...scripts];
}
