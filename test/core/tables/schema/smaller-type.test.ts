import { describe, expect, it } from 'vitest';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { smallerType } from '#core/tables/schema/smaller-type.ts';

function smaller(type: string, ...bounds: string[]): string | undefined {
  const found = smallerType(parseType(type), bounds);
  return found && typeSql(found);
}

describe('smallerType', () => {
  it.each([
    ['bigint', '0', '127', 'TINYINT'],
    ['bigint', '-129', '5', 'SMALLINT'],
    ['bigint', '0', '2147483648', undefined],
    ['integer', '-32768', '32768', undefined],
    ['ubigint', '0', '255', 'SMALLINT'],
    ['utinyint', '0', '100', undefined],
    ['decimal(38, 2)', '-0.07', '1234.50', 'DECIMAL(6, 2)'],
    ['decimal(18, 2)', '0.00', '99999999.99', undefined],
    ['decimal(18, 0)', '1', '40', 'TINYINT'],
    ['decimal(38, 2)', '0.00', '1234567890123456789.00', undefined],
    ['decimal(9, 2)', '0.00', '1.00', undefined],
    ['varchar', '1', '2', undefined],
    ['double', '1.0', '2.0', undefined],
    ['integer[]', '1', '2', undefined],
  ])('of %s from %s to %s is %s', (type, min, max, expected) => {
    expect(smaller(type, min, max)).toBe(expected);
  });

  it('looks at the bounds of all parts, and needs some', () => {
    expect(smaller('bigint', '0', '1', '300', '400')).toBe('SMALLINT');
    expect(smaller('bigint')).toBeUndefined();
  });
});
