import { describe, expect, it } from 'vitest';
import type { ColumnsSection } from '#core/tables/schema/columns-section.ts';
import { columnsProblems, mapColumns, textOfKey } from '#core/tables/schema/map-columns.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';

const schema = tableSchema.parse({ id: 'bigint', price: 'double' });
const uri = 's3://raw/b.csv';

function map(names: readonly string[], columns: ColumnsSection = {}, rest = {}) {
  const given = { schema, columns, names, uri, byName: false, leavesOut: false, ...rest };
  return mapColumns(given).map(({ at, default: standIn }) => [at, standIn]);
}

describe('mapColumns', () => {
  it('finds columns by name, whatever their order', () => {
    expect(map(['price', 'id'])).toEqual([
      [1, undefined],
      [0, undefined],
    ]);
  });

  it('renames, fills and drops', () => {
    const columns: ColumnsSection = {
      id: { from: ['ID', 'key'] },
      price: { default: '0' },
      junk: 'drop',
    };
    expect(map(['junk', 'key'], columns)).toEqual([
      [1, undefined],
      [undefined, '0'],
    ]);
    expect(map(['a', 'b', 'key'], { ...columns, '*': 'drop' })[0]).toEqual([2, undefined]);
  });

  it('reads what is not there as NULL only when asked', () => {
    expect(() => map(['id'])).toThrow(/s3:\/\/raw\/b\.csv has no column "price"/);
    expect(map(['id'], {}, { byName: true })[1]).toEqual([undefined, undefined]);
  });

  it('takes what is in the key of a source for a column that it does not have', () => {
    const keyed = (value: string | null) => ({ keyColumns: [{ name: 'price', value }] });
    expect(map(['id'], {}, keyed('7'))[1]).toEqual([undefined, '7']);
    expect(map(['id'], {}, keyed(null))[1]).toEqual([undefined, undefined]);
    expect(map(['id'], { price: { default: '0' } }, keyed(null))[1]).toEqual([undefined, '0']);
    expect(map(['id', 'price'], {}, keyed('7'))[1]).toEqual([1, undefined]);
    // An object of JSON may have the key or not.
    expect(map(['id', 'price'], {}, { ...keyed('7'), leavesOut: true })[1]).toEqual([1, '7']);
    const keyColumns = [{ name: 'q', value: '8' }];
    const columns: ColumnsSection = { price: { from: ['p', 'q'] } };
    expect(map(['id'], columns, { keyColumns })[1]).toEqual([undefined, '8']);
  });

  it('says what a key alone gives a column', () => {
    const price = schema[1]!;
    const keyed = (value: string | null) => ({ keyColumns: [{ name: 'p', value }] });
    const columns: ColumnsSection = { price: { from: ['p'], default: '0' } };
    expect(textOfKey(price, { columns, ...keyed('7') })).toBe('7');
    expect(textOfKey(price, { columns, ...keyed(null) })).toBe('0');
    expect(
      textOfKey(price, { columns: {}, keyColumns: [{ name: 'price', value: null }] }),
    ).toBeNull();
  });

  it('never loses a column silently, but for keys of JSON', () => {
    const many = ['id', 'price', 'a', 'b', 'c', 'd', 'e', 'f', 'g'];
    expect(() => map(many)).toThrow(/"a", "b", "c", "d", "e" and 2 more; add them/);
    expect(map(many, {}, { leavesOut: true })).toHaveLength(2);
  });

  it('refuses a name that stands there twice', () => {
    expect(() => map(['id', 'price', 'id'])).toThrow(/more than one column named "id"/);
  });

  it('takes no name of JavaScript for a column', () => {
    const proto = tableSchema.parse([{ name: 'constructor', type: 'int' }]);
    const given = { schema: proto, names: ['constructor'], uri, byName: false, leavesOut: false };
    expect(mapColumns({ ...given, columns: {} })[0]!.at).toBe(0);
  });
});

describe('columnsProblems', () => {
  it('finds names that the schema has or has not', () => {
    expect(columnsProblems(schema, { id: { from: ['x'] }, junk: 'drop' })).toEqual([]);
    expect(columnsProblems(schema, { id: 'drop', other: { default: '1' } })).toEqual([
      expect.stringContaining('drops "id"'),
      expect.stringContaining('names "other"'),
    ]);
  });
});
