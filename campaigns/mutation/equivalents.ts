/** Mutants that no test can or should notice, each with the reason. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './find-mutants.ts';

/**
 * A line of core before and after a change, anywhere in its file, and why the change is no fault.
 */
export interface Equivalent {
  readonly file: string;
  readonly operator: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

const LIST = path.join(import.meta.dirname, 'equivalents.json');

function keyOf({ file, operator, before, after }: Omit<Equivalent, 'reason'>): string {
  return JSON.stringify([file, operator, before, after]);
}

/** Looks mutants up in a list. */
export function createLookup(
  list: readonly Equivalent[],
): (mutant: Pick<Mutant, 'file' | 'operator' | 'before' | 'after'>) => Equivalent | undefined {
  const byKey = new Map(list.map((equivalent) => [keyOf(equivalent), equivalent]));
  return (mutant) => byKey.get(keyOf(mutant));
}

/** The list that is kept beside this file. */
export function readEquivalents(): readonly Equivalent[] {
  const list: readonly Equivalent[] = JSON.parse(readFileSync(LIST, 'utf8'));
  return list;
}
