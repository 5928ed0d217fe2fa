import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { literal } from '#core/tables/schema/quote.ts';
import { selectBadSql, selectSql } from '#core/tables/schema/select-sql.ts';
import { TEXT } from '#core/tables/schema/text-form.ts';
import { openScratch, type Scratch } from './support/scratch.ts';

/** Per type: texts and what they become; null: refused. */
const TEXTS: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
  INTEGER: {
    ...{ '1': '1', '+1': '1', '-1': '-1', ' 1\t': '1', '007': '7', '-0': '0', '1.0': '1' },
    ...{ '1.': '1', '1e5': '100000', '1.5e3': null, '2147483647': '2147483647' },
    ...{ '3.7': null, '.5': null, '15e-1': null, '1e-5': null, '1_000': null, '0x10': null },
    ...{ '0b1': null, '1,000': null, '': null, true: null, '１': null, '2147483648': null },
    ...{
      '12abc': null,
      NaN: null,
      '1e1.5': null,
      '1e': null,
      e5: null,
      '3.0000000000000000001': null,
      '1e400': null,
    },
  },
  UTINYINT: { '255': '255', '0': '0', '256': null, '-1': null, '1.4': null },
  BIGINT: {
    '9223372036854775807': '9223372036854775807',
    '-9223372036854775808': '-9223372036854775808',
    '9007199254740993': '9007199254740993',
    '9223372036854775808': null,
    '9007199254740993.5': null,
  },
  UBIGINT: { '18446744073709551615': '18446744073709551615', '18446744073709551616': null },
  'DECIMAL(5, 2)': {
    ...{ '1.5': '1.50', '1.50': '1.50', '1.000': '1.00', '1e2': '100.00', '.5': '0.50' },
    ...{ '+1.5 ': '1.50', '-0.00': '0.00', '1.5e-1': null, '999.99': '999.99' },
    ...{ '1.005': null, '1000': null, '999.999': null, '1_0.0': null, nan: null, '1e-3': null },
    ...{ '15e-3': null },
  },
  'DECIMAL(38, 4)': {
    '1234567890123456789012345678901234.5678': '1234567890123456789012345678901234.5678',
    '1.e-9': null,
    '1.5e-9': null,
  },
  DOUBLE: {
    ...{ '1': '1.0', '1e308': '1e+308', NaN: 'nan', '-inf': '-inf', Infinity: 'inf', '.5': '0.5' },
    ...{ '1e400': null, '-1e400': null, '1_0.5': null, '0x10': null, '1d': null },
  },
  FLOAT: { '0.1': '0.1', inf: 'inf', '1e39': null, '1_0': null },
  BOOLEAN: {
    ...{ true: 'true', FALSE: 'false', True: 'true', t: 'true', '0': 'false', yes: 'true' },
    ...{ on: null, '2': null, ' true': null },
  },
  DATE: {
    ...{ '2024-02-29': '2024-02-29', '2024-1-2': '2024-01-02', '2024/01/02': '2024-01-02' },
    ...{ '9999-12-31': '9999-12-31', '2024-01-02 00:00:00': '2024-01-02' },
    ...{ '2024-02-30': null, '2024-01-02 03:04:05': null, '2024-01-02T00:00:00+02': null },
    ...{ epoch: null, infinity: null, '12345-01-01': null, '20240102': null },
    ...{ '2024-01-02 (BC)': null, '2024-1-2 3': null, '2024-01-02Z': null },
  },
  TIME: {
    ...{ '03:04:05': '03:04:05', '3:04': '03:04:00', '03:04:05.1234560': '03:04:05.123456' },
    ...{ '03:04:05.1234567': null, '03:04:05+02': null, '03:04:05Z': null, '24:00:00': null },
    ...{ '2024-01-02 03:04:05': null },
  },
  TIMESTAMP: {
    '2024-01-02 03:04:05': '2024-01-02 03:04:05',
    '2024-01-02T03:04:05': '2024-01-02 03:04:05',
    '2024-01-02T03:04:05.123456': '2024-01-02 03:04:05.123456',
    '2024-01-02 03:04': '2024-01-02 03:04:00',
    '2024-01-02': '2024-01-02 00:00:00',
    '2024-01-02 03:04:05.1234567': null,
    '2024-01-02T03:04:05Z': null,
    '2024-01-02 03:04:05+02:00': null,
    '2024-01-02 3:04:05+02': null,
    '2024-01-02 03:04:05.12-05': null,
    '2024-01-02 03:04:05 UTC': null,
    '2024-01-02 24:00:00': '2024-01-03 00:00:00',
    infinity: null,
    epoch: null,
  },
  TIMESTAMP_MS: {
    '2024-01-02T03:04:05.123': '2024-01-02 03:04:05.123',
    '2024-01-02T03:04:05.1234': null,
  },
  TIMESTAMP_NS: {
    '2024-01-02T03:04:05.123456789': '2024-01-02 03:04:05.123456789',
    '2024-01-02T03:04:05.1234567891': null,
    '2024-01-02T03:04:05+02': null,
  },
  TIMESTAMPTZ: {
    '2024-01-02T03:04:05+02:00': '2024-01-02 01:04:05+00',
    '2024-01-02T03:04:05.123456-05:00': '2024-01-02 08:04:05.123456+00',
    '2024-01-02T03:04:05.123Z': '2024-01-02 03:04:05.123+00',
    '2024-01-02 03:04:05.1234560+02': '2024-01-02 01:04:05.123456+00',
    '2024-01-02 03:04:05': '2024-01-02 03:04:05+00',
    '2024-01-02 03:04:05 Europe/Berlin': '2024-01-02 02:04:05+00',
    '2024-01-02': '2024-01-02 00:00:00+00',
    '2024-01-02T03:04:05.1234567Z': null,
    '2024-01-02T03:04:05.1234567+02:00': null,
    '2024-1-2 3:04:05.1234567': null,
    infinity: null,
  },
  UUID: {
    '123E4567-e89b-12d3-a456-426614174000': '123e4567-e89b-12d3-a456-426614174000',
    '123e4567-e89b-12d3-a456-42661417400': null,
  },
  VARCHAR: { '': '', ' a ': ' a ', '1.10': '1.10' },
};

const CASES = Object.entries(TEXTS).flatMap(([type, texts]) =>
  Object.entries(texts).map(([text, value]) => ({ type, text, value })),
);

let scratch: Scratch;

beforeAll(async () => {
  scratch = await openScratch();
});

afterAll(() => scratch.close());

function selection(type: string, text: string, lossy = false) {
  const column = { name: 'x', type: parseType(type), lossy };
  const sql = `(SELECT ${literal(text)} AS c0 FROM range(1))`;
  return { sources: [{ column, at: 0 }], relation: { sql, types: [TEXT] } };
}

describe('a text', () => {
  it.each(CASES)('$text as $type is $value', async ({ type, text, value }) => {
    const given = selection(type, text);
    const read = scratch.texts(selectSql(given));
    if (value === null) await expect(read).rejects.toThrow();
    else expect(await read).toEqual([value]);
    const bad = await scratch.rows(selectBadSql(given));
    expect(bad).toEqual(value === null ? [{ ordinal: 0n, place: 0, text }] : []);
  });

  it('loses what it may lose', async () => {
    expect(await scratch.texts(selectSql(selection('INTEGER', '3.7', true)))).toEqual(['4']);
    const offset = selection('TIMESTAMP', '2024-01-02T03:04:05+02:00', true);
    expect(await scratch.texts(selectSql(offset))).toEqual(['2024-01-02 03:04:05']);
  });
});
