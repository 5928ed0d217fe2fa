import { FAULT_KINDS, type FaultKind } from '@sparse-fanout/local-cloud/faults/fault-plan.ts';
import { DTYPES, type DType } from '#core/elements/dtype.ts';
import type { MatrixSize } from '#support/random-matrix.ts';
import { createRandom, type Random } from '#support/seeded-random.ts';

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
}

/** One run, all of it chosen by its seed. */
export interface Scenario {
  readonly seed: number;
  readonly dtype: DType;
  readonly size: MatrixSize;
  readonly chunkRows: number;
  readonly profile: 'typed' | 'zero0' | 'empty';
  readonly compression: 'none' | 'gzip';
  readonly concurrency: number;
  readonly kinds: readonly FaultKind[];
  /** Share of the requests that go wrong. */
  readonly rate: number;
  readonly happenings: Happenings;
  /** How a failed run is completed. */
  readonly recovery: 'redrive' | 'same request';
}

/** Shares of the runs in which something happens. */
const SHARES = { duplicateStart: 0.15, sourceReplaced: 0.1, clockJump: 0.1, cloudKilled: 0.06 };

/** Runs whose chunks have more than one part of 16 MiB. */
const LARGE_SHARE = 0.04;
const LARGE: MatrixSize = { rows: 900, columns: 20_000, entries: 12 };

/** A run without faults takes about this long. */
const USUAL_MILLISECONDS = 400;

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

function randomHappenings(random: Random): Happenings {
  const moment = () => random.integer(0, USUAL_MILLISECONDS);
  const byMilliseconds = random.integer(-2 * DAY_MILLISECONDS, 2 * DAY_MILLISECONDS);
  const jump = { after: moment(), byMilliseconds };
  const cloudKilled = random.chance(SHARES.cloudKilled) ? random.integer(50, 900) : undefined;
  // Nothing else can be done to a cloud that is being restarted.
  if (cloudKilled !== undefined) return { cloudKilled };
  return {
    ...(random.chance(SHARES.duplicateStart) && { duplicateStart: moment() }),
    ...(random.chance(SHARES.sourceReplaced) && { sourceReplaced: moment() }),
    ...(random.chance(SHARES.clockJump) && { clockJump: jump }),
  };
}

/** Chooses everything about a run. */
export function createScenario(seed: number): Scenario {
  const random = createRandom(seed);
  const size = randomSize(random);
  return {
    seed,
    dtype: random.pick(DTYPES),
    size,
    chunkRows: Math.max(1, Math.ceil(size.rows / random.integer(1, size === LARGE ? 2 : 9))),
    profile: random.pick(['typed', 'zero0', 'empty']),
    concurrency: random.pick([1, 2, 500]),
    kinds: random.some(FAULT_KINDS, random.integer(1, 5)),
    rate: random.pick([0.03, 0.1, 0.3, 0.6]),
    happenings: randomHappenings(random),
    recovery: random.pick(['redrive', 'same request']),
    compression: random.pick(['none', 'none', 'gzip']),
  };
}
