import { describe, expect, it } from 'vitest';
import { createGate, oneAhead, readAhead } from '#aws/read-ahead.ts';

/** Readings that end when a test ends them, in any order. */
function controlled(count: number) {
  const begun: number[] = [];
  const results = Array.from({ length: count }, () => Promise.withResolvers<number>());
  const readings = results.map(({ promise }, index) => () => {
    begun.push(index);
    return promise;
  });
  return { begun, results, readings };
}

describe('readings ahead', () => {
  it('are begun before they are asked for, but only so many, and come in their order', async () => {
    const { begun, results, readings } = controlled(6);
    const read = readAhead(readings, 2);
    const first = read.next();
    expect(begun).toEqual([0, 1, 2]);
    results[2]!.resolve(20);
    results[0]!.resolve(0);
    expect(await first).toEqual({ done: false, value: 0 });
    expect(begun).toEqual([0, 1, 2]);
    const second = read.next();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const [index, { resolve }] of results.entries()) resolve(index * 10);
    expect(await second).toEqual({ done: false, value: 10 });
    expect(await Array.fromAsync(read)).toEqual([20, 30, 40, 50]);
  });

  it('that fail throw only where their result would come', async () => {
    const { results, readings } = controlled(3);
    const read = readAhead(readings, 2);
    results[1]!.reject(new Error('second'));
    results[0]!.resolve(1);
    results[2]!.resolve(3);
    expect(await read.next()).toEqual({ done: false, value: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(read.next()).rejects.toThrow('second');
  });
});

describe('one ahead', () => {
  it('asks for the next item while one is used, and for no more', async () => {
    let asked = 0;
    const items = (async function* () {
      for (; asked < 3; ) {
        asked += 1;
        yield asked;
      }
    })();
    const ahead = oneAhead(items);
    expect(await ahead.next()).toEqual({ done: false, value: 1 });
    await Promise.resolve();
    expect(asked).toBe(2);
    expect(await Array.fromAsync(ahead)).toEqual([2, 3]);
  });

  it('throws an error of the next item after the one before was used', async () => {
    const ahead = oneAhead(
      (async function* () {
        yield 1;
        throw new Error('broken');
      })(),
    );
    expect(await ahead.next()).toEqual({ done: false, value: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(ahead.next()).rejects.toThrow('broken');
  });
});

it('a gate lets through so many at once, in the order of the calls, and after failures', async () => {
  const gate = createGate(2);
  const { begun, results, readings } = controlled(4);
  const ended = readings.map((read) => gate(read).catch((error: unknown) => error));
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  const broken = new Error('broken');
  results[1]!.reject(broken);
  await ended[1];
  expect(begun).toEqual([0, 1, 2]);
  for (const { resolve } of results) resolve(1);
  expect(await Promise.all(ended)).toEqual([1, broken, 1, 1]);
  expect(await gate(async () => 5)).toBe(5);
});
