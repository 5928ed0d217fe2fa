import { expect, it } from 'vitest';
import { addUp, faults } from './figures.ts';
import { findMutants } from './find-mutants.ts';
import type { Fate, Verdict } from './judge.ts';

const [MUTANT] = findMutants('core/x.ts', 'const a = b + c;');

/** The given number of verdicts of each fate, for mutants that differ by their lines. */
function verdicts(counts: Partial<Record<Fate, number>>): Verdict[] {
  const fates = Object.entries(counts) as [Fate, number][];
  return fates.flatMap(([fate, count]) =>
    Array.from({ length: count }, (_, i) => ({
      fate,
      mutant: { ...MUTANT!, before: `${fate} ${i}` },
    })),
  );
}

/** Reasons for the first mutants of a fate. */
function argue(fate: Fate, count: number) {
  return verdicts({ [fate]: count }).map(({ mutant }) => ({ ...mutant, reason: 'it is the same' }));
}

it('counts hangs and crashes as killed', () => {
  const figures = addUp(verdicts({ assertion: 80, hang: 4, crash: 1, survived: 15 }), []);
  expect(figures).toMatchObject({ total: 100, raw: 0.85, killable: 0.85, equivalent: 0 });
  expect(faults(figures, false)).toEqual([]);
});

it('fails below 85 % of a sample, whatever is argued', () => {
  const figures = addUp(verdicts({ assertion: 84, survived: 16 }), argue('survived', 16));
  expect(faults(figures, false)).toEqual(['84.0 % killed, at least 85 % should be']);
});

it('fails below 95 % of the killable where survivors are argued', () => {
  const sample = verdicts({ assertion: 90, survived: 10 });
  expect(faults(addUp(sample, argue('survived', 6)), true)).toEqual([]);
  expect(faults(addUp(sample, argue('survived', 5)), true)).toEqual([
    '94.7 % of the killable killed, at least 95 % should be',
  ]);
  expect(faults(addUp(sample, []), false)).toEqual([]);
});

it('fails where more than 15 % are argued equivalent', () => {
  const figures = addUp(verdicts({ assertion: 84, survived: 16 }), argue('survived', 16));
  expect(faults(figures, true)).toContain('16 of 100 argued equivalent, at most 15 % may be');
});

it('fails where a mutant that is argued equivalent is killed', () => {
  const figures = addUp(verdicts({ assertion: 9 }), argue('assertion', 1));
  expect(figures.equivalent).toBe(0);
  expect(faults(figures, true)).toEqual([
    'argued equivalent, but killed: core/x.ts:1 const a = (b - c);',
  ]);
});

it('does not count a hang of one that is argued equivalent, which a busy machine can cause', () => {
  const figures = addUp(verdicts({ assertion: 9, hang: 1 }), argue('hang', 1));
  expect(figures).toMatchObject({ raw: 0.9, killable: 1, equivalent: 1, refuted: [] });
  expect(faults(figures, true)).toEqual([]);
});
