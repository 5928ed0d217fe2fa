/** A check that takes too long for `npm test`, in the folder of its name. */
export interface Campaign {
  readonly name: string;
  /** One sentence: what is true when it ends with exit code 0. */
  readonly proves: string;
  /** Time on two free cores; "minutes" where no better figure is known. */
  readonly takes: string;
  /** What must be on the machine. @default nothing but `npm ci` */
  readonly needs?: string;
  /** Its arguments, with their defaults. @default none */
  readonly args?: string;
  /** Runs it in this process: it reads `process.argv` and sets the exit code. */
  start(): Promise<unknown>;
}

/** Every campaign, in the order in which `--list` shows them. */
export const CAMPAIGNS: readonly Campaign[] = [
  {
    name: 'append',
    proves: 'A crash at any write of three batches, or a race of two, loses and doubles no row.',
    takes: '5 minutes; with `--loads` an hour, on two cores',
    args: '[--gzip] [--overwrite] [--tables parquet|csv|jsonl] [--partitions [--append]] [--iceberg] [--loads [direct|hidden|overwrite]] [--batch <n>]',
    start: () => import('./append/run.ts'),
  },
  {
    name: 'arrivals',
    proves:
      'A bundle sent over an older one gives the rows of one of them or a named error, never both.',
    takes: 'two minutes; with `--syncs 10` ten more',
    needs: 'for `--syncs` Python 3.10 to 3.13, a package index, and 2 GB of memory and of disk',
    args: '[--runs 500] [--seed 1] [--syncs 0]',
    start: () => import('./arrivals/run.ts'),
  },
  {
    name: 'chaos',
    proves:
      'Whole jobs under random faults end with the right bytes, or name the cause and can go on.',
    takes: 'a minute or two for 20 runs',
    args: '[--runs 20] [--seed 1] [--loads]',
    start: () => import('./chaos/run.ts'),
  },
  {
    name: 'cuts',
    proves:
      'A CSV of 1 GB with 200,000 quoted newlines, cut at 1,000 places, is what DuckDB reads at once.',
    takes: 'a minute',
    needs: '2 GB of disk',
    args: '[--megabytes 1000] [--newlines 200000] [--places 1000] [--seed 1]',
    start: () => import('./cuts/run.ts'),
  },
  {
    name: 'fuzz',
    proves:
      'Damaged sources of every format are read as SciPy reads them, or refused by a named error.',
    takes: '15 minutes for 100,000 runs',
    needs: 'Python 3.11 to 3.14 for the comparison; without it only crashes are found',
    args: '[--runs 10000] [--seed 1] [--processes 2] [--only <run>]',
    start: () => import('./fuzz/run.ts'),
  },
  {
    name: 'fuzz-tables',
    proves:
      'Damaged tables become the rows that DuckDB, PyArrow and Polars agree on, or a named error.',
    takes: '10 minutes for 3,000 runs of one format',
    needs: 'Python 3.11 to 3.14 and a package index for PyArrow and Polars, or `--python <path>`',
    args: '--format csv|jsonl|parquet [--runs 1000] [--seed 1] [--python <path>] [--only <run>]',
    start: () => import('./fuzz-tables/run.ts'),
  },
  {
    name: 'iceberg',
    proves:
      'Each of ten generations of a table is read by pyiceberg, Polars, DuckDB and Spark as written.',
    takes: 'three minutes, the first time five more',
    needs: 'Python 3.10 to 3.13, Java with Maven, a package index, and 2 GB of disk',
    args: '[--only others|duckdb|spark]',
    start: () => import('./iceberg/run.ts'),
  },
  {
    name: 'inbox',
    proves:
      'Days of arrivals are taken in with every object once, in files of the right size, whatever dies, is gone or denied.',
    takes: 'four minutes a day',
    args: '[--days 1] [--seed 1] [--small 3000] [--large 8]',
    start: () => import('./inbox/run.ts'),
  },
  {
    name: 'mutation',
    proves: 'The tests notice at least 85 % of seeded changes of `core`, 95 % of those of seed 1.',
    takes: 'an hour for 300 changes',
    args: '[--sample 300] [--seed 1] [--jobs 2] [--file <glob>] [--json]',
    start: () => import('./mutation/run.ts'),
  },
  {
    name: 'package',
    proves:
      'The packages work where there is only Node 22 and npm, or an empty environment of Python.',
    takes: 'three minutes',
    args: '[--only npm|python]',
    needs: 'a package registry and 2 GB of disk; for Python python3 and a package index',
    start: () => import('./package/run.ts'),
  },
  {
    name: 'permissions',
    proves:
      'Each permission in the template is needed by a scenario, or by AWS for a reason given.',
    takes: '2 minutes, 4 on a busy machine',
    args: '[--only <text>]',
    start: () => import('./permissions/run.ts'),
  },
  {
    name: 'plan',
    proves:
      'Plans of ten matrices, three tables and a shuffle say the bytes, requests and memory of their runs.',
    takes: 'two minutes',
    needs: 'Linux, and 3 GB of disk',
    start: () => import('./plan/run.ts'),
  },
  {
    name: 'postgres',
    proves:
      'Loads of a real PostgreSQL have each row once, whatever is killed, cut or restarted; copies are what pandas makes.',
    takes: 'ten minutes, a third of it for pandas; with `--only loads` four',
    needs: 'for the comparison Python 3.11 to 3.13 and a package index; without it no comparison',
    args: '[--rows 1000000] [--chunks 50] [--seed 1] [--copied 3000000] [--keys 40000] [--server <folder>] [--only loads|copy]',
    start: () => import('./postgres/run.ts'),
  },
  {
    name: 'tables',
    proves:
      'Small tables of every format become the right Parquet, or a named error, in any slices.',
    takes: 'half a minute',
    args: '<pack> --out <folder> [--slice-bytes 7000]',
    needs: 'the pack of small tables with its judge, `check_cases.py`, which needs PyArrow',
    start: () => import('./tables/run.ts'),
  },
  {
    name: 'tables-proof',
    proves:
      'Tables become files of one schema, the right values, order, bytes and size, as others read.',
    takes: 'ten minutes, the first time two more; with `--full` half an hour',
    needs: 'Python 3.10 to 3.13, Java and a package index, and 2 GB of disk; for `--full` 20 GB',
    args: '[--only <proof>] [--python <path>] [--full]',
    start: () => import('./tables-proof/run.ts'),
  },
  {
    name: 'throttle',
    proves: 'No run fails in a simulated account that allows 10, 50, 100, 250 or 1,000 functions.',
    takes: '5 minutes for 100 seeds',
    args: '[--seeds 100]',
    start: () => import('./throttle/run.ts'),
  },
  {
    name: 'transforms',
    proves: 'Functions of pandas in the stack make of real tables what pandas makes of the whole.',
    takes: 'a minute, the first time two',
    needs: 'Python 3.11 to 3.13 and a package index',
    start: () => import('./transforms/run.ts'),
  },
  {
    name: 'vectors',
    proves: 'The local cloud answers as AWS did when it was recorded.',
    takes: '10 seconds',
    needs: 'the recordings in ../shared/vectors, or in the folder given; ends with 3 without them',
    args: '[folder]',
    start: () => import('./vectors/run.ts'),
  },
  {
    name: 'versitygw',
    proves: 'One object has the same bytes and ETag through an S3 that others wrote.',
    takes: 'half a minute, the first time five more',
    needs: 'Go and its proxy, to build versitygw; ends with 3 without Go',
    start: () => import('./versitygw/run.ts'),
  },
  {
    name: 'python',
    proves: "The uploader's tests pass with pandas 1.5, 2.3 and 3.1, to folders and to S3.",
    takes: 'minutes, the first time one more per pandas',
    needs: 'a Python from 3.9 on and a package index; a pandas without its Python is skipped',
    args: '[arguments of pytest]',
    start: () => import('./python/run.ts'),
  },
  {
    name: 'compressed',
    proves: 'A compressed npz of 2 GB goes through `local run` in place, in bounded memory.',
    takes: 'minutes',
    needs: 'Linux, and 3 GB of memory and of disk',
    start: () => import('./compressed/run.ts'),
  },
  {
    name: 'conversion',
    proves: 'A shuffled COO of 50 million entries becomes the right rows, each job below 512 MB.',
    takes: 'minutes',
    needs: 'Linux, and 3 GB of disk',
    start: () => import('./conversion/run.ts'),
  },
  {
    name: 'floats',
    proves: "Ten million doubles print as V8's digits and Python's `repr` say.",
    takes: 'a minute or two',
    needs: 'python3 for the second half; without it only V8 is asked',
    start: () => import('./floats/run.ts'),
  },
  {
    name: 'frames',
    proves: 'Random frames of several dtypes print as `to_csv` of pandas 1.5, 2.3 and 3.1 does.',
    takes: 'five minutes, the first time one more per pandas',
    needs: 'a Python from 3.9 on and a package index; a pandas without its Python is skipped',
    args: '[--runs 2000] [--seed 1]',
    start: () => import('./frames/run.ts'),
  },
  {
    name: 'gzip',
    proves: 'gzip and Python inflate the directly made members to the plain text.',
    takes: '10 seconds',
    needs: 'gzip and python3; what is not there is skipped',
    start: () => import('./gzip/run.ts'),
  },
  {
    name: 'names',
    proves:
      'Random names of rows and columns, of bundles, AnnData, 10x and files, print as pandas does.',
    takes: 'a minute, the first time two',
    needs: 'Python 3.11 to 3.13 and a package index',
    args: '[--runs 1000] [--seed 1]',
    start: () => import('./names/run.ts'),
  },
  {
    name: 'reading',
    proves: 'The lines of docs/reading.md read what was written, with every reader that is there.',
    takes: 'two minutes, the first time five',
    needs: 'Python 3.11 to 3.13 and a package index; Java 17 for the lines of Spark',
    start: () => import('./reading/run.ts'),
  },
  {
    name: 'outputs',
    proves: 'SciPy, scikit-learn and SageMaker read every sparse output with the right entries.',
    takes: 'a minute, the first time two',
    needs: 'Python 3.11 to 3.13 and a package index',
    args: '[--write]',
    start: () => import('./outputs/run.ts'),
  },
  {
    name: 'matrices',
    proves: 'Fast text, direct gzip and CRC-32 equal the simple encoder on 25,000 random matrices.',
    takes: 'minutes',
    start: () => import('./matrices/run.ts'),
  },
  {
    name: 'many-chunks',
    proves: 'A run of 7,000 chunks ends with a manifest, in an app without any feature flag.',
    takes: 'seven minutes',
    args: '[--chunks 7000]',
    start: () => import('./many-chunks/run.ts'),
  },
  {
    name: 'scale',
    proves: 'Plan and Finalize of a million chunks stay within their goals of time and memory.',
    takes: 'three minutes',
    needs: '2 GB of disk',
    args: '[--chunks 1000000] [--list-ms 150] [--query-ms 80]',
    start: () => import('./scale/run.ts'),
  },
  {
    name: 'text-formats',
    proves:
      'Random svmlight and Matrix Market texts give the rows that scikit-learn and SciPy read.',
    takes: 'a minute, the first time two',
    needs: 'Python 3.11 to 3.14 and a package index',
    args: '[--files 1000] [--seed 1] [--verbose]',
    start: () => import('./text-formats/run.ts'),
  },
  {
    name: 'busy',
    proves: 'The tests are green twice beside four busy loops, in at most 4 times the quiet time.',
    takes: '40 minutes',
    needs: 'a machine on which nothing else runs',
    args: '[--runs 2] [--loops 4]',
    start: () => import('./busy/run.ts'),
  },
];
