import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '#core/errors.ts';
import type { ColumnType } from '#core/tables/schema/column-type.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { parseType } from '#core/tables/schema/parse-type.ts';
import { SCALAR_NAMES, SCALAR_TYPES } from '#core/tables/schema/scalar-types.ts';

const leaf: fc.Arbitrary<ColumnType> = fc.oneof(
  fc.constantFrom(...SCALAR_NAMES).map((name) => ({ kind: 'scalar', name }) as const),
  fc
    .tuple(fc.integer({ min: 1, max: 38 }), fc.integer({ min: 0, max: 38 }))
    .map(([p, s]) => ({ kind: 'decimal', precision: p, scale: Math.min(p, s) }) as const),
);
const fieldName = fc
  .string({ unit: fc.constantFrom('a', 'B', ' ', '"', 'é', ',', '('), minLength: 1, maxLength: 6 })
  .filter((name) => name !== '');
const { type: anyType } = fc.letrec<{ type: ColumnType }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    tie('type').map((of) => ({ kind: 'list', of }) as const),
    fc
      .uniqueArray(fc.record({ name: fieldName, type: tie('type') }), {
        minLength: 1,
        maxLength: 3,
        selector: ({ name }) => name.toLowerCase(),
      })
      .map((fields) => ({ kind: 'struct', fields }) as const),
    tie('type').map(
      (value) => ({ kind: 'map', key: { kind: 'scalar', name: 'UUID' }, value }) as const,
    ),
  ),
}));

describe('parseType', () => {
  it.each(SCALAR_NAMES.flatMap((name) => SCALAR_TYPES[name].map((alias) => [alias, name])))(
    'reads %s as %s, whatever the case',
    (alias, name) => {
      expect(typeSql(parseType(alias!))).toBe(name);
      expect(typeSql(parseType(` ${alias!.toUpperCase().replace(' ', '\t ')} `))).toBe(name);
    },
  );

  it.each([
    ['decimal(12,2)', 'DECIMAL(12, 2)'],
    ['numeric( 5 )', 'DECIMAL(5, 0)'],
    ['int[][]', 'INTEGER[][]'],
    ['map(text, struct(x int))', 'MAP(VARCHAR, STRUCT("x" INTEGER))'],
    ['struct("a ""b" int, Ä timestamp with time zone)', 'STRUCT("a ""b" INTEGER, "Ä" TIMESTAMPTZ)'],
  ])('reads %s', (text, sql) => {
    expect(typeSql(parseType(text))).toBe(sql);
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        expect(parseType(typeSql(type))).toEqual(type);
      }),
    );
  });

  it.each([
    ['', /has its end where a type is due/],
    ['foo', /"foo".*allowed are BOOLEAN/],
    ['int; DROP TABLE x', /cannot be read at "; DROP/],
    ["int'", /cannot be read at "'"/],
    ['int]', /ends in \]/],
    ['int[3]', /list a length/],
    ['varchar(10)', /length, which would not be kept/],
    ['int8', /BIGINT or TINYINT/],
    ['hugeint', /DECIMAL\(38, 0\)/],
    ['decimal', /without its digits/],
    ['decimal(39)', /39 digits/],
    ['decimal(0)', /0 digits/],
    ['decimal(5,6)', /6 of them/],
    ['decimal(x)', /x where a number is due/],
    ['decimal(5', /its end where \) is due/],
    ['struct()', /\) where the name of a field is due/],
    ['struct(a int, A int)', /"a" and "A"/],
    ['struct(a int', /its end where \) is due/],
    ['struct("\u0001" int)', /control character/],
    ['map(int[], int)', /key is nested/],
    ['map(int)', /\) where , is due/],
    [`${'struct(a '.repeat(33)}int${')'.repeat(33)}`, /deeper than 32/],
    [`int${'[]'.repeat(40)}`, /deeper than 32/],
    [
      `struct(${Array.from({ length: 1_001 }, (_, k) => `f${k} int`).join(', ')})`,
      /more than 1000/,
    ],
    [' '.repeat(70_000), /70000 characters/],
  ])('refuses %.40s', (text, message) => {
    expect(() => parseType(text)).toThrow(RequestError);
    expect(() => parseType(text)).toThrow(message);
  });
});
