/** Draws mutants by lot. */
import { createHash } from 'node:crypto';
import type { Mutant } from './find-mutants.ts';

/** The lot of a mutant. It stays the same when its line moves or other lines of core change. */
function lotOf({ file, operator, before, after, column }: Mutant, seed: number): string {
  const key = JSON.stringify([seed, file, operator, before, after, column]);
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Draws `count` mutants, each with the same probability. A larger sample begins with those of a
 * smaller one. A change of core replaces few of them, so arguments about the others stay valid.
 */
export function drawSample(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const lots = mutants.map((mutant) => ({ mutant, lot: lotOf(mutant, seed) }));
  lots.sort((a, b) => (a.lot < b.lot ? -1 : 1));
  return lots.slice(0, count).map(({ mutant }) => mutant);
}
