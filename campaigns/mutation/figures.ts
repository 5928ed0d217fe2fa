/** Adds verdicts up, and says whether the tests are good enough. */
import { createLookup, type Equivalent } from './equivalents.ts';
import type { Fate, Verdict } from './judge.ts';

/** Least share of any sample that must be killed, equivalent mutants included. */
const LEAST_RAW = 0.85;

/**
 * Least share that must be killed of all but the equivalent mutants, and largest share that may be
 * argued equivalent.
 */
const LEAST_KILLABLE = 0.95;
const MOST_EQUIVALENT = 0.15;

/** The result of a sample. */
export interface Figures {
  readonly total: number;
  readonly fates: Readonly<Record<Fate, number>>;
  /** Argued equivalent, and not killed: a hang counts as a kill, but may be a busy machine's. */
  readonly equivalent: number;
  /** Argued equivalent, but killed by a test: the argument is wrong. */
  readonly refuted: readonly Verdict[];
  /** Share of all, and of all but the equivalent, that is killed. */
  readonly raw: number;
  readonly killable: number;
}

/** Adds the verdicts of a sample up. */
export function addUp(verdicts: readonly Verdict[], list: readonly Equivalent[]): Figures {
  const lookup = createLookup(list);
  const fates = { assertion: 0, hang: 0, crash: 0, survived: 0 };
  for (const { fate } of verdicts) fates[fate] += 1;
  const argued = verdicts.filter(({ mutant }) => lookup(mutant) !== undefined);
  const refuted = argued.filter(({ fate }) => fate === 'assertion' || fate === 'crash');
  const equivalent = argued.length - refuted.length;
  const total = verdicts.length;
  const unproven = argued.filter(({ fate }) => fate === 'hang').length;
  const killed = total - fates.survived - unproven;
  const raw = killed / Math.max(total, 1);
  return { total, fates, equivalent, refuted, raw, killable: killed / (total - equivalent || 1) };
}

/** Sentences on what is wrong; none where the tests are good enough. */
export function faults(figures: Figures, isArgued: boolean): string[] {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const { raw, killable, equivalent, total, refuted } = figures;
  const found = raw < LEAST_RAW ? [`${percent(raw)} killed, at least 85 % should be`] : [];
  if (!isArgued) return found;
  if (killable < LEAST_KILLABLE)
    found.push(`${percent(killable)} of the killable killed, at least 95 % should be`);
  if (equivalent > MOST_EQUIVALENT * total)
    found.push(`${equivalent} of ${total} argued equivalent, at most 15 % may be`);
  for (const { mutant } of refuted)
    found.push(`argued equivalent, but killed: ${mutant.file}:${mutant.line} ${mutant.after}`);
  return found;
}
