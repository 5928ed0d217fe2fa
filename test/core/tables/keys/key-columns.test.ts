import { expect, it } from 'vitest';
import { keyColumns } from '#core/tables/keys/key-columns.ts';
import { typeSql } from '#core/tables/schema/column-type.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';

const SCHEMA = tableSchema.parse({
  ...{ id: 'bigint', price: 'decimal(9,2)', at: 'timestamp', ratio: 'double', raw: 'blob' },
  tags: 'text[]',
});

it('finds the columns of keys in their order', () => {
  const found = keyColumns(SCHEMA, ['at', 'id', 'price']);
  expect(found.map(({ name, place, type }) => [name, place, typeSql(type)])).toEqual([
    ['at', 2, 'TIMESTAMP'],
    ['id', 0, 'BIGINT'],
    ['price', 1, 'DECIMAL(9, 2)'],
  ]);
});

it.each([
  ['zip', /names "zip", but the columns that are read are "id", "price", "at"/],
  ['ratio', /"ratio" of type DOUBLE, allowed are whole numbers, .* such as DECIMAL\(18, 3\)/],
  ['raw', /"raw" of type BLOB/],
  ['tags', /"tags" of type VARCHAR\[\]/],
])('refuses a key of %s', (name, says) => {
  expect(() => keyColumns(SCHEMA, ['id', name])).toThrow(says);
});
