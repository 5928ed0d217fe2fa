import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Peer } from './run-peer.ts';

const OURS = fileURLToPath(import.meta.resolve('./ours.ts'));

/** Our ways of writing a file, whose rates the others' are compared with. */
export const PLAIN = 'sparse-fanout';
export const GZIP = 'sparse-fanout, gzip';

/** Files of Python, and the names under which their results are shown. */
const SCRIPTS = [
  ['pandas_default', 'pandas sparse to_csv'],
  ['pandas_chunked', 'pandas sparse to_csv, chunksize 2000'],
  ['pandas_dense', 'pandas, dense slices'],
  ['numpy_savetxt', 'NumPy savetxt, dense slices'],
  ['polars_frame', 'Polars write_csv, dense slices'],
  ['pyarrow_csv', 'PyArrow CSVWriter, dense slices'],
  ['duckdb_copy', 'DuckDB COPY of the wide table'],
  ['spark_to_csv', 'Spark, pandas sparse to_csv per task'],
  ['spark_frame', 'Spark DataFrame write.csv'],
] as const;

const OUR_WAYS: readonly Peer[] = [
  { name: PLAIN, command: [process.execPath, OURS, 'none'] },
  { name: GZIP, command: [process.execPath, OURS, 'gzip'], gzip: true },
];

/** Where the text goes if only its making is to be timed. */
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
  return [...OUR_WAYS, ...DISCARDING, ...scripts];
}
