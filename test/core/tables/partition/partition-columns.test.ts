import { describe, expect, it } from 'vitest';
import { assertPartitions, fileSchema } from '#core/tables/partition/partition-columns.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';

const SCHEMA = tableSchema.parse({
  ...{ id: 'bigint', day: 'date', price: 'decimal(8,2)', x: 'double', at: 'timestamp' },
  ...{ list: 'bigint[]' },
});

describe('assertPartitions', () => {
  it('takes types of which each value has one text', () => {
    expect(() => assertPartitions(SCHEMA, ['day', 'id', 'price'])).not.toThrow();
  });

  it('names every column that is not there or has another type', () => {
    expect(() => assertPartitions(SCHEMA, ['x', 'at', 'list', 'y'])).toThrow(
      /"x" of type DOUBLE, allowed are whole numbers.*"at" of type TIMESTAMP.*"list" of type BIGINT\[\].*names "y", but the columns are "id", "day"/s,
    );
  });

  it('leaves a column to the files', () => {
    const two = tableSchema.parse({ a: 'int', b: 'int' });
    expect(() => assertPartitions(two, ['a', 'b'])).toThrow(/names all columns.*leave out one/);
    expect(fileSchema(two, ['a']).map(({ name }) => name)).toEqual(['b']);
  });
});
