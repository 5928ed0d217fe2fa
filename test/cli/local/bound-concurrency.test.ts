import { expect, it } from 'vitest';
import { boundConcurrency } from '#cli/local/bound-concurrency.ts';

const machine = (cores: number, megabytes: number) => ({ cores, availableBytes: megabytes * 1e6 });

it('is what was asked for where the memory holds it', () => {
  expect(boundConcurrency(50, machine(2, 8000))).toEqual({ concurrency: 50, line: undefined });
});

it('is bounded by the memory, which is said', () => {
  expect(boundConcurrency(500, machine(2, 2000))).toEqual({
    concurrency: 12,
    line: '12 writers at once instead of 500: 2 GB of memory are available, and each takes up to 160 MB',
  });
  expect(boundConcurrency(51, machine(2, 8000)).concurrency).toBe(50);
});

it('is at least one, however little memory there is', () => {
  expect(boundConcurrency(2, machine(8, 100)).concurrency).toBe(1);
  expect(boundConcurrency(1, machine(8, 100)).line).toBeUndefined();
});

it('is by default one for each core and at least two, and bounded as well', () => {
  expect(boundConcurrency(undefined, machine(16, 8000)).concurrency).toBe(16);
  expect(boundConcurrency(undefined, machine(1, 8000)).concurrency).toBe(2);
  expect(boundConcurrency(undefined, machine(64, 1600)).concurrency).toBe(10);
});
