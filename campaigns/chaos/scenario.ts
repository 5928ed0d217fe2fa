import { FAULT_KINDS, type FaultKind } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import type { OutputMode } from '#core/outputs/output-place.ts';
import { LOAD_CONCURRENCY } from '#core/tables/postgres/load-bounds.ts';
import type { MatrixSize } from '#support/random-matrix.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';
import type { MadeForm } from '#support/tables/made-table.ts';

/** What happens once in a run, this many milliseconds after its start. */
export interface Happenings {
  /** A second execution of the same request. */
  readonly duplicateStart?: number;
  /** Another matrix replaces the source. */
  readonly sourceReplaced?: number;
  /** The clock that executions live by jumps. */
  readonly clockJump?: { readonly after: number; readonly byMilliseconds: number };
  /** The process of the local cloud is killed; another one starts on its state directory. */
  readonly cloudKilled?: number;
  /** A connection to the database is cut that works on the table of the run. */
  readonly connectionCut?: number;
  /** The server of the database ends at once and starts again. */
  readonly serverRestarted?: number;
}

/** A matrix and how it is exported. */
export interface MatrixScenario {
  readonly kind: 'matrix';
  readonly dtype: DType;
  readonly size: MatrixSize;
  readonly chunkRows: number;
  readonly profile: 'typed' | 'zero0' | 'empty';
  readonly compression: 'none' | 'gzip';
  /** Whether all rows are one object. */
  readonly single: boolean;
}

/** A table of several objects and how it is written. */
export interface TableScenario {
  readonly kind: 'table';
  readonly form: MadeForm;
  readonly objects: number;
  /** Of each object. */
  readonly rows: number;
  /** Share of the rows that are rejected. */
  readonly badShare: number;
  readonly output: { readonly format: string; readonly compression: string };
  readonly size: { readonly files: number } | { readonly rows: number };
  /** Other than `create`, another table is there before. */
  readonly mode: OutputMode;
  /** Set where the rows go into a database; whether those that are added are hidden meanwhile. */
  readonly database?: { readonly hidden: boolean };
}

/** One run, all of it chosen by its seed. */
export interface Scenario {
  readonly seed: number;
  readonly job: MatrixScenario | TableScenario;
  readonly concurrency: number;
  readonly kinds: readonly FaultKind[];
  /** Share of the requests that go wrong. */
  readonly rate: number;
  readonly happenings: Happenings;
  /** How a failed run is completed. */
  readonly recovery: 'redrive' | 'same request';
}

/** Shares of the runs in which something happens. */
const SHARES = {
  ...{ duplicateStart: 0.15, sourceReplaced: 0.1, clockJump: 0.1, cloudKilled: 0.06 },
  ...{ connectionCut: 0.4, serverRestarted: 0.3 },
};

/** Runs whose chunks have more than one part of 16 MiB. */
const LARGE_SHARE = 0.04;
const LARGE: MatrixSize = { rows: 900, columns: 20_000, entries: 12 };

/** A run without faults takes about this long; of tables the engine is started for each step. */
const USUAL_MILLISECONDS = { matrix: 400, table: 1500 };

/** Runs of matrices whose rows are one object, and the most parts of such: each has 5 MiB. */
const SINGLE_SHARE = 0.3;
const SINGLE_PARTS = 3;

/** Seeds the choice whether rows are one object, beside all others. */
const SINGLE_SEED = 0x51;

/** Runs of tables, and those of them whose rows go into a database. */
const TABLE_SHARE = 0.4;
const DATABASE_SHARE = 0.4;

const FORMS: readonly MadeForm[] = [
  { format: 'csv', gzip: false },
  { format: 'csv', gzip: true },
  { format: 'jsonl', gzip: false },
  { format: 'jsonl', gzip: true },
  { format: 'parquet', gzip: false },
];

const OUTPUTS: readonly TableScenario['output'][] = [
  { format: 'parquet', compression: 'zstd' },
  { format: 'parquet', compression: 'snappy' },
  { format: 'csv', compression: 'none' },
  { format: 'csv', compression: 'gzip' },
  { format: 'jsonl', compression: 'none' },
  { format: 'jsonl', compression: 'zstd' },
];

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

function randomSize(random: Random): MatrixSize {
  if (random.chance(LARGE_SHARE)) return LARGE;
  const columns = random.integer(1, 60);
  return {
    rows: random.integer(1, 400),
    columns,
    entries: random.integer(0, Math.min(12, columns)),
  };
}

function randomMatrix(random: Random): MatrixScenario {
  const size = randomSize(random);
  return {
    kind: 'matrix',
    dtype: random.pick(DTYPES),
    size,
    chunkRows: Math.max(1, Math.ceil(size.rows / random.integer(1, size === LARGE ? 2 : 9))),
    profile: random.pick(['typed', 'zero0', 'empty']),
    compression: random.pick(['none', 'none', 'gzip']),
    single: false,
  };
}

/** The same as one object: parts of a short text are members, which are made longer. */
function asSingle(job: MatrixScenario): MatrixScenario {
  const { rows } = job.size;
  const parts = job.compression === 'gzip' ? SINGLE_PARTS : 1;
  return { ...job, single: true, chunkRows: Math.max(job.chunkRows, Math.ceil(rows / parts)) };
}

function randomTable(random: Random): TableScenario {
  const form = random.pick(FORMS);
  const objects = random.integer(1, 4);
  const rows = random.integer(1, 200);
  const perFile = Math.ceil((objects * rows) / random.integer(1, 6));
  return {
    ...{ kind: 'table', form, objects, rows },
    badShare: form.format === 'parquet' ? 0 : random.pick([0, 0.05]),
    output: random.pick(OUTPUTS),
    // Compressed objects are not cut, so there may be no more files.
    size: random.pick([{ files: random.integer(1, objects) }, { rows: perFile }]),
    mode: random.pick(['create', 'append', 'overwrite']),
  };
}

function randomHappenings(random: Random, job: Scenario['job']): Happenings {
  const moment = () => random.integer(0, USUAL_MILLISECONDS[job.kind]);
  // Of two versions of a source only one can be the generation that follows.
  const mayBeReplaced = job.kind === 'matrix' || job.mode === 'create';
  const byMilliseconds = random.integer(-2 * DAY_MILLISECONDS, 2 * DAY_MILLISECONDS);
  const jump = { after: moment(), byMilliseconds };
  const cloudKilled = random.chance(SHARES.cloudKilled) ? 50 + 2 * moment() : undefined;
  // Nothing else can be done to a cloud that is being restarted.
  if (cloudKilled !== undefined) return { cloudKilled };
  return {
    ...(random.chance(SHARES.duplicateStart) && { duplicateStart: moment() }),
    ...(random.chance(SHARES.sourceReplaced) && mayBeReplaced && { sourceReplaced: moment() }),
    ...(random.chance(SHARES.clockJump) && { clockJump: jump }),
  };
}

/** A run that writes files. */
function fileScenario(seed: number, random: Random, isLoad: boolean): Scenario {
  const isTable = random.chance(TABLE_SHARE) || isLoad;
  const chosen = isTable ? randomTable(random) : randomMatrix(random);
  const isSingle = createRandom(seed ^ SINGLE_SEED).chance(SINGLE_SHARE);
  const job = chosen.kind === 'matrix' && isSingle ? asSingle(chosen) : chosen;
  return {
    seed,
    job,
    concurrency: random.pick([1, 2, 500]),
    kinds: random.some(FAULT_KINDS, random.integer(1, 5)),
    rate: random.pick([0.03, 0.1, 0.3, 0.6]),
    happenings: randomHappenings(random, job),
    recovery: random.pick(['redrive', 'same request']),
  };
}

/** The same run, loading its rows into a database to which things happen, too. */
function loadedScenario(random: Random, scenario: Scenario, job: TableScenario): Scenario {
  const moment = () => random.integer(0, USUAL_MILLISECONDS.table);
  const hidden = job.mode === 'append' && random.chance(0.5);
  // A table is filled by one version of its source alone.
  const { sourceReplaced: _, ...happenings } = scenario.happenings;
  return {
    ...scenario,
    concurrency: Math.min(scenario.concurrency, LOAD_CONCURRENCY.usual),
    job: { ...job, database: { hidden } },
    happenings: {
      ...happenings,
      ...(random.chance(SHARES.connectionCut) && { connectionCut: moment() }),
      ...(random.chance(SHARES.serverRestarted) && { serverRestarted: moment() }),
    },
  };
}

/**
 * Chooses everything about a run.
 *
 * @param isLoad loads a database, whatever the seed would choose. @default false
 */
export function createScenario(seed: number, isLoad = false): Scenario {
  const random = createRandom(seed);
  const scenario = fileScenario(seed, random, isLoad);
  const { job } = scenario;
  const isLoaded = random.chance(DATABASE_SHARE) || isLoad;
  return isLoaded && job.kind === 'table' ? loadedScenario(random, scenario, job) : scenario;
}
