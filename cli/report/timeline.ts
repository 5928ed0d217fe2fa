import { NumberColumns } from './number-columns.ts';
import { TRY_OUTCOME } from './run-audit.ts';
import { type RunRecord, stateOf } from './run-record.ts';

const COLUMNS = ['index', 'start', 'end', 'outcome'] as const;

/** The tries of a run on one axis of time, in seconds after the first of them. */
export interface Timeline {
  /** Milliseconds since 1970 of its second 0. */
  readonly originMs: number;
  /** Its last second; more than 0. */
  readonly end: number;
  /**
   * Tries whose start is known. The end of a killed one is when the next try of its chunk began, or
   * the last moment.
   */
  readonly tries: NumberColumns<(typeof COLUMNS)[number]>;
}

/** Shortest axis that is drawn, seconds. */
const MIN_END = 0.001;

/** More tries of one chunk than there ever are. */
const ATTEMPTS = 100_000;

/** When the try after each one that has no end began, by chunk and attempt of that next try. */
function nextStarts({ audit: { tries } }: RunRecord): ReadonlyMap<number, number> {
  const indices = tries.column('index');
  const attempts = tries.column('attempt');
  const starts = tries.column('started');
  const next = new Map<number, number>();
  for (const [at, outcome] of tries.column('outcome').entries()) {
    if (outcome !== TRY_OUTCOME.unfinished) continue;
    next.set(indices[at]! * ATTEMPTS + attempts[at]! + 1, Number.NaN);
  }
  if (next.size === 0) return next;
  for (const [at, start] of starts.entries()) {
    const key = indices[at]! * ATTEMPTS + attempts[at]!;
    if (next.has(key)) next.set(key, start);
  }
  return next;
}

/** The first and the last moment of a run, milliseconds since 1970. */
function spanOf(record: RunRecord): { readonly first: number; readonly last: number } {
  const { tries } = record.audit;
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const name of ['started', 'finished'] as const) {
    for (const moment of tries.column(name)) {
      if (moment < first) first = moment;
      if (moment > last) last = moment;
    }
  }
  if (first > last) return { first: record.readMs, last: record.readMs };
  const now = stateOf(record) === 'running' ? record.readMs : last;
  return { first, last: Math.max(last, now) };
}

/** Puts the tries of a run on one axis. Tries without a date are left out. */
export function timelineOf(record: RunRecord): Timeline {
  const { tries } = record.audit;
  const { first, last } = spanOf(record);
  const next = nextStarts(record);
  const drawn = new NumberColumns(COLUMNS);
  const indices = tries.column('index');
  const attempts = tries.column('attempt');
  const finishes = tries.column('finished');
  const outcomes = tries.column('outcome');
  for (const [at, started] of tries.column('started').entries()) {
    if (Number.isNaN(started)) continue;
    const known = finishes[at]!;
    const after = next.get(indices[at]! * ATTEMPTS + attempts[at]! + 1) ?? Number.NaN;
    const ended = [known, after, last].find((moment) => !Number.isNaN(moment))!;
    drawn.add({
      index: indices[at]!,
      start: (started - first) / 1000,
      end: Math.max(ended - first, started - first) / 1000,
      outcome: outcomes[at]!,
    });
  }
  return { originMs: first, end: Math.max((last - first) / 1000, MIN_END), tries: drawn };
}
