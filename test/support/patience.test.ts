import { expect, it, vi } from 'vitest';
import { patience, patienceFor } from '#support/patience.ts';

/** On the machine on which quiet times were measured. */
const QUIET = { cpuMilliseconds: 67, wallMilliseconds: 67, load: 0.2 };

it('allows five quiet times where nothing else runs', () => {
  expect(patienceFor(QUIET)).toBe(5);
  expect(patienceFor({ ...QUIET, cpuMilliseconds: 40, wallMilliseconds: 40 })).toBe(5);
});

it.each([
  ['others have their turn while it is measured', { wallMilliseconds: 100.5 }, 7.5],
  ['programs wait for a core', { load: 1.5 }, 7.5],
  ['others take most of the machine', { wallMilliseconds: 1000, load: 30 }, 10],
])('allows up to ten where %s', (_, busy, expected) => {
  expect(patienceFor({ ...QUIET, ...busy })).toBe(expected);
});

it('allows more time in proportion to a slower processor, whatever else runs', () => {
  const slow = { ...QUIET, cpuMilliseconds: 3 * 67 };
  expect(patienceFor({ ...slow, wallMilliseconds: 3 * 67 })).toBe(15);
  expect(patienceFor({ ...slow, wallMilliseconds: 3000 })).toBe(30);
});

it('is measured once, and given to every process that is started', () => {
  expect(Number(process.env['SPARSE_FANOUT_PATIENCE'])).toBeGreaterThanOrEqual(5);
  vi.stubEnv('SPARSE_FANOUT_PATIENCE', '7.5');
  expect(patience(1000)).toBe(7500);
  vi.unstubAllEnvs();
});
