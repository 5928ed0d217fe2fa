import { expect, it } from 'vitest';
import { findMutants } from './find-mutants.ts';
import { drawSample } from './sample.ts';

const LINES = Array.from({ length: 200 }, (_, i) => `const a${i} = b + ${i};`);
const ALL = findMutants('core/x.ts', LINES.join('\n'));

it('draws the same mutants for a seed, and others for another', () => {
  const first = drawSample(ALL, 50, 1);
  expect(first).toHaveLength(50);
  expect(drawSample(ALL.toReversed(), 50, 1)).toEqual(first);
  expect(drawSample(ALL, 50, 2)).not.toEqual(first);
  expect(drawSample(ALL, 20, 1)).toEqual(first.slice(0, 20));
});

it('keeps its mutants where lines move', () => {
  const moved = findMutants('core/x.ts', `// A line before.\n\n${LINES.join('\n')}`);
  const keys = (mutants: readonly { readonly after: string }[]) =>
    mutants.map(({ after }) => after);
  expect(keys(drawSample(moved, 50, 1))).toEqual(keys(drawSample(ALL, 50, 1)));
});

it('draws from all over: each half of the mutants about as often', () => {
  const half = new Set(ALL.slice(0, ALL.length / 2));
  const drawn = drawSample(ALL, 300, 7).filter((mutant) => half.has(mutant)).length;
  expect(drawn).toBeGreaterThan(110);
  expect(drawn).toBeLessThan(190);
});
