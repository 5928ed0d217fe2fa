import { expect, it } from 'vitest';
import { readTimes, slowestFirst, timesAsLong } from './suite-times.ts';

const result = (fullName: string, duration: number, status = 'passed') => ({
  ...{ fullName, duration, status },
  failureMessages: status === 'failed' ? ['Error: not 2\n    at add'] : [],
});

function times(...results: readonly ReturnType<typeof result>[]) {
  const status = results.some((each) => each.status === 'failed') ? 'failed' : 'passed';
  const testResults = [{ name: '/root/test/a.test.ts', status, assertionResults: results }];
  return readTimes({ testResults }, 10, '/root');
}

it('reads how long each test took, by file and name', () => {
  const read = times(result('adds', 5), result('skipped', 0, 'pending'));
  expect([...read.tests]).toEqual([
    ['test/a.test.ts adds', 5],
    ['test/a.test.ts skipped', 0],
  ]);
  expect(read).toMatchObject({ seconds: 10, failed: [] });
});

it('names tests that failed, and a file that failed without one', () => {
  expect(times(result('adds', 5, 'failed')).failed).toEqual(['test/a.test.ts adds: Error: not 2']);
  const broken = [{ name: '/root/test/b.test.ts', status: 'failed', assertionResults: [] }];
  expect(readTimes({ testResults: broken }, 1, '/root').failed).toEqual(['test/b.test.ts']);
});

it('puts those first that took longest, and leaves out what only one run had', () => {
  const quiet = times(result('short', 0), result('long', 100), result('gone', 9));
  const busy = times(result('short', 30), result('long', 400), result('new', 9000));
  const slowest = slowestFirst(quiet, busy);
  expect(slowest.map(({ name }) => name)).toEqual(['test/a.test.ts long', 'test/a.test.ts short']);
  expect(slowest.map(timesAsLong)).toEqual([4, 30]);
});
