import { describe, expect, test } from 'vitest';
import { evaluate } from '#local/stepfunctions/expressions.ts';
import { createFunctions } from '#local/stepfunctions/functions.ts';
import { VirtualClock } from '#local/testing/virtual-clock.ts';

const functions = createFunctions(new VirtualClock(Date.UTC(2026, 1, 3)), () => 0.5);

const value = (source: string) => evaluate(`{% ${source} %}`, functions, 'Output');

describe('functions that AWS adds to JSONata', () => {
  test.each([
    ['$partition([1,2,3], 2)', [[1, 2], [3]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ['$range(3, 1, -1)', [3, 2, 1]],
    ['$range(1, 1, 1)', 1],
    ['$parse(\'{"a":[1]}\')', { a: [1] }],
    ["$hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
    ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$uuid()', '88888888-8888-4888-a888-888888888888'],
    ['$random()', 0.5],
    ['$random(7) = $random(7)', true],
    ['$now()', '2026-02-03T00:00:00.000Z'],
    ["$now('[Y]')", '2026'],
    ['$millis()', Date.UTC(2026, 1, 3)],
  ])('%s', async (source, expected) => {
    expect(await value(source)).toEqual(expected);
  });

  test.each([
    ["$eval('1')", /attempted to invoke a non-function/i],
    ["$parse('{')", /threw an error during evaluation/],
    ['$partition([1], 0)', /positive integer/],
    ['$range(1, 2, 0)', /step other than 0/],
    ["$hash('a', 'CRC')", /does not know the algorithm CRC/],
    ['$missing', /returned nothing \(undefined\)/],
    ['function($x){$x}', /unsupported result type/],
    ["{'f': [$sum]}", /unsupported result type/],
  ])('fails for %s', async (source, reason) => {
    await expect(value(source)).rejects.toThrow(reason);
  });
});
