/** Draws mutants by lot. */
import { createHash } from 'node:crypto';
import type { Mutant } from './find-mutants.ts';

/** The lot of a mutant: the same wherever its line stands, whatever else of core changes. */
function lotOf({ file, operator, before, after, column }: Mutant, seed: number): string {
  const key = JSON.stringify([seed, file, operator, before, after, column]);
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Draws so many mutants, each as likely as any other. Those of a smaller sample are the first of a
 * larger one, and a change of core takes few others in and out: arguments about them stay good.
 */
export function drawSample(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const lots = mutants.map((mutant) => ({ mutant, lot: lotOf(mutant, seed) }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : 1));
  return lots.slice(0, count).map(({ mutant }) => mutant);
}
