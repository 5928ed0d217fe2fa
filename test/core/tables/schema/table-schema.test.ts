import { describe, expect, it } from 'vitest';
import { columnsSection } from '#core/tables/schema/columns-section.ts';
import { canonicalSchema, tableSchema } from '#core/tables/schema/table-schema.ts';

function problems(given: unknown): readonly string[] {
  const parsed = tableSchema.safeParse(given);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => [...path, message].join(': '));
}

describe('tableSchema', () => {
  it('keeps the order, and is the same for every way of writing it', () => {
    const given = {
      id: 'bigint',
      price: { type: 'decimal(12,2)', lossy: true },
      note: { type: 'text' },
    };
    const schema = tableSchema.parse(given);
    const canonical = canonicalSchema(schema);
    expect(canonical).toEqual([
      { name: 'id', type: 'BIGINT' },
      { name: 'price', type: 'DECIMAL(12, 2)', lossy: true },
      { name: 'note', type: 'VARCHAR' },
    ]);
    expect(tableSchema.parse(canonical)).toEqual(schema);
  });

  it('takes names of whole numbers from a list only', () => {
    expect(problems({ 2024: 'int' })).toEqual([
      '2024: JSON does not keep the place of a name that is a whole number; give the schema as a ' +
        'list of { name, type }',
    ]);
    expect(problems([{ name: '2024', type: 'int' }])).toEqual([]);
  });

  it('takes the names that JavaScript treats in its own way', () => {
    const schema = tableSchema.parse(JSON.parse('{"__proto__":"int","constructor":"text"}'));
    expect(schema.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    [undefined, /^an object of names and types/],
    ['int', /^an object of names and types/],
    [{}, /has 0 columns, each field of a struct counted, 1 to 3000 are allowed; leave out some/],
    [Array.from({ length: 3_001 }, (_, k) => ({ name: `c${k}`, type: 'int' })), /has 3001 columns/],
    [
      Object.fromEntries(
        Array.from({ length: 1_001 }, (_, k) => [`c${k}`, 'map(int, struct(a int[], b int))']),
      ),
      /has 3003 columns/,
    ],
    [{ a: 'foo' }, /^a: the type "foo"/],
    [{ a: 3 }, /^a: a type, or an object/],
    [{ a: { type: 'int', loose: true } }, /^a: /],
    [[{ name: 'a' }], /^0: type: /],
    [['a'], /^0: an object with name, type, lossy/],
    [{ '': 'int' }, /a name is empty/],
    [{ 'a\0': 'int' }, /control character/],
    [{ '\ud800': 'int' }, /half of a surrogate pair/],
    [{ '\ufeffa': 'int' }, /begins with a byte order mark/],
    [{ [`${'é'.repeat(200)}`]: 'int' }, /longer than 255 bytes/],
    [{ a: 'int', A: 'int' }, /"a" and "A" differ only in case/],
    [
      [
        { name: 'a', type: 'int' },
        { name: 'a', type: 'int' },
      ],
      /"a" is given twice/,
    ],
  ])('refuses %j', (given, message) => {
    expect(problems(given)[0]).toMatch(message);
  });

  it('reports the first twenty problems', () => {
    const wrong = Object.fromEntries(Array.from({ length: 100 }, (_, k) => [`c${k}`, 'foo']));
    expect(problems(wrong)).toHaveLength(20);
  });
});

describe('columnsSection', () => {
  it('reads renames, defaults and drops', () => {
    expect(
      columnsSection.parse({
        price: { from: 'Price USD', default: '0' },
        id: { from: ['id', 'ID'] },
        junk: 'drop',
      }),
    ).toEqual({
      price: { from: ['Price USD'], default: '0' },
      id: { from: ['id', 'ID'] },
      junk: 'drop',
    });
  });

  it.each([
    [{ price: 'keep' }],
    [{ price: { form: 'x' } }],
    [{ price: { from: '' } }],
    [{ price: { from: [] } }],
    [{ price: { default: 0 } }],
    [{ '': 'drop' }],
    [3],
    [Object.fromEntries(Array.from({ length: 20_001 }, (_, k) => [`c${k}`, 'drop']))],
  ])('refuses %.60j', (given) => {
    expect(columnsSection.safeParse(given).success).toBe(false);
  });
});
