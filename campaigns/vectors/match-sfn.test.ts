import { describe, expect, test } from 'vitest';
import { difference } from './match-sfn.ts';

const differ = (expected: unknown, actual: unknown, known: string[] = []) =>
  difference(expected, actual, { known, values: new Map() });

describe('agrees', () => {
  test.each<[unknown, unknown, string[]?]>([
    [{ a: [1, null] }, { a: [1, null] }],
    ['at <date>.', 'at 2026.', ['<date>']],
    [{ a: '<any>' }, {}, ['<any>']],
    [{ a: '<uuid:1>', b: 'x <uuid:1>' }, { a: '12', b: 'x 12' }, ['<uuid:1>']],
    ['{"a": 1}', '{"a":1}'],
    [{ $jsonString: { a: '<date>' } }, '{"a":"now"}', ['<date>']],
  ])('%j with %j', (expected, actual, masks) => {
    expect(differ(expected, actual, masks)).toBeUndefined();
  });
});

describe('differs', () => {
  test.each<[unknown, unknown, string[]?]>([
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1], [1, 2]],
    ['<date>', 'now'],
    ['<date>', '', ['<date>']],
    ['<any>', 'x'],
    [{ a: '<uuid:1>', b: '<uuid:1>' }, { a: '1', b: '2' }, ['<uuid:1>']],
    ['1', '2'],
    [{ $jsonString: 1 }, 1],
  ])('%j from %j', (expected, actual, masks) => {
    expect(differ(expected, actual, masks)).toBeTypeOf('string');
  });
});
