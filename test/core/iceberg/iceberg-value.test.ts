import { describe, expect, it } from 'vitest';
import { boundBytes, compareIceberg, valueForm } from '#core/iceberg/iceberg-value.ts';

function hex(type: string, text: string, side: 'lower' | 'upper' = 'lower'): string | undefined {
  const bytes = boundBytes(type, text, side);
  return bytes && Buffer.from(bytes).toString('hex');
}

describe('bounds of columns', () => {
  // By `pyiceberg.conversions.to_bytes` of pyiceberg 0.12.
  it.each([
    ['boolean', 'true', '01'],
    ['boolean', 'false', '00'],
    ['int', '-2147483648', '00000080'],
    ['int', '127', '7f000000'],
    ['long', '-9223372036854775808', '0000000000000080'],
    ['long', '9223372036854775807', 'ffffffffffffff7f'],
    ['float', '-0.1', 'cdccccbd'],
    ['double', '5e-324', '0100000000000000'],
    ['double', 'Infinity', '000000000000f07f'],
    ['date', '0001-01-01', 'c606f5ff'],
    ['date', '9999-12-31', 'a0c02c00'],
    ['date', '1969-12-31', 'ffffffff'],
    ['date', '2024-02-29', '464d0000'],
    ['time', '23:59:59.999999', 'ff5fd71d14000000'],
    ['time', '00:00:00.5', '20a1070000000000'],
    ['timestamp', '1969-12-31 23:59:59.5', 'e05ef8ffffffffff'],
    ['timestamp', '0001-01-01 00:00:00', '0040d400014023ff'],
    ['timestamptz', '2024-02-29 12:34:56.789+00', '0866aa7c84120600'],
    ['string', 'é\u{1f600}', 'c3a9f09f9880'],
    ['string', '', ''],
    ['uuid', '123e4567-e89b-12d3-a456-426614174000', '123e4567e89b12d3a456426614174000'],
    ['decimal(5, 2)', '-0.07', 'f9'],
    ['decimal(5, 2)', '1.28', '0080'],
    ['decimal(5, 2)', '-1.28', '80'],
    ['decimal(5, 2)', '-1.29', 'ff7f'],
    ['decimal(5, 2)', '0.00', '00'],
    ['decimal(5, 0)', '128', '0080'],
    [
      'decimal(38, 10)',
      '-9999999999999999999999999999.9999999999',
      'b4c4b357a5793b85f675ddc000000001',
    ],
  ])('%s %s', (type, text, bytes) => {
    expect(hex(type, text)).toBe(bytes);
  });

  it('of zero have the sign that is further out', () => {
    expect([hex('double', '0'), hex('double', '-0', 'upper')]).toEqual([
      '0000000000000080',
      '0000000000000000',
    ]);
    expect(hex('float', '0')).toBe('00000080');
    expect(hex('int', '0')).toBe('00000000');
  });

  it('of years before 1 count from there', () => {
    const ides = valueForm('date')!.parse('0044-03-15 (BC)') as number;
    const first = valueForm('date')!.parse('0001-01-01') as number;
    expect(first - (valueForm('date')!.parse('0001-12-31 (BC)') as number)).toBe(1);
    expect((first - ides) / 365.2425).toBeCloseTo(43.8, 1);
    expect(hex('timestamp', '0044-03-15 (BC) 01:00:00')).toBeDefined();
  });

  it.each([
    ['boolean', 'maybe'],
    ['int', '1.5'],
    ['long', ''],
    ['double', 'nan'],
    ['float', ''],
    ['date', 'infinity'],
    ['time', '24'],
    ['timestamp', '2024-01-01'],
    ['uuid', '123'],
    ['decimal(5, 2)', '1.005'],
    ['decimal(5, 2)', 'NaN'],
    ['binary', 'x'],
    ['toString', 'x'],
  ])('%s has none for %s', (type, text) => {
    expect(hex(type, text)).toBeUndefined();
  });

  it('are none of nested types', () => {
    expect(boundBytes({ type: 'struct', fields: [] }, '1', 'lower')).toBeUndefined();
  });
});

describe('values of partitions', () => {
  it('are compared by number, or by the bytes of their text', () => {
    expect(compareIceberg(2, 10)).toBeLessThan(0);
    expect(compareIceberg(10n, 2n)).toBe(1);
    expect(compareIceberg(false, false)).toBe(0);
    // By UTF-16 it would be the other way round.
    expect(compareIceberg('\u{1f600}', '\uffff')).toBeGreaterThan(0);
    expect(compareIceberg(Uint8Array.of(1), Uint8Array.of(0, 9))).toBeGreaterThan(0);
  });

  it('of decimals take the bytes that their digits need at most', () => {
    for (const [precision, size] of [
      [1, 1],
      [2, 1],
      [3, 2],
      [9, 4],
      [18, 8],
      [19, 9],
      [38, 16],
    ]) {
      const { avro, encoded } = valueForm(`decimal(${precision}, 0)`)!;
      expect(avro).toMatchObject({ size, precision, scale: 0, logicalType: 'decimal' });
      expect(Buffer.from(encoded!(-2n)).toString('hex')).toBe(`${'ff'.repeat(size! - 1)}fe`);
    }
  });
});
