import { describe, expect, it } from 'vitest';
import { fieldIds, nameMapping } from '#core/iceberg/field-ids.ts';
import { icebergSchema } from '#core/iceberg/iceberg-schema.ts';
import { assertIcebergTable, icebergFileProblem } from '#core/iceberg/table-problems.ts';
import { SCALAR_NAMES } from '#core/tables/schema/scalar-types.ts';

const NESTED = [
  { name: 'id', type: 'BIGINT' },
  { name: 's', type: 'STRUCT(a INTEGER, l DECIMAL(5, 2)[])' },
  { name: 'm', type: 'MAP(VARCHAR, STRUCT(x TIMESTAMP WITH TIME ZONE))' },
];

const refusal = (columns: readonly { name: string; type: string }[]) => () =>
  icebergSchema(columns);

describe('the columns of a table of Iceberg', () => {
  it('are numbered from 1, then what is nested in them', () => {
    const { schema, lastColumnId } = icebergSchema(NESTED);
    expect(lastColumnId).toBe(9);
    expect(schema).toEqual({
      type: 'struct',
      'schema-id': 0,
      fields: [
        { id: 1, name: 'id', required: false, type: 'long' },
        {
          ...{ id: 2, name: 's', required: false },
          type: {
            type: 'struct',
            fields: [
              { id: 4, name: 'a', required: false, type: 'int' },
              {
                ...{ id: 5, name: 'l', required: false },
                type: {
                  ...{ type: 'list', 'element-id': 6, 'element-required': false },
                  element: 'decimal(5, 2)',
                },
              },
            ],
          },
        },
        {
          ...{ id: 3, name: 'm', required: false },
          type: {
            ...{ type: 'map', 'key-id': 7, key: 'string', 'value-id': 8, 'value-required': false },
            value: {
              type: 'struct',
              fields: [{ id: 9, name: 'x', required: false, type: 'timestamptz' }],
            },
          },
        },
      ],
    });
  });

  it('have the same numbers in files, and by their names', () => {
    expect(fieldIds(NESTED)).toEqual([
      { name: 'id', id: 1 },
      {
        ...{ name: 's', id: 2 },
        fields: [
          { name: 'a', id: 4 },
          { name: 'l', id: 5, fields: [{ name: 'element', id: 6 }] },
        ],
      },
      {
        ...{ name: 'm', id: 3 },
        fields: [
          { name: 'key', id: 7 },
          { name: 'value', id: 8, fields: [{ name: 'x', id: 9 }] },
        ],
      },
    ]);
    expect(JSON.parse(nameMapping(icebergSchema(NESTED).schema.fields))[1]).toEqual({
      ...{ 'field-id': 2, names: ['s'] },
      fields: [
        { 'field-id': 4, names: ['a'] },
        { 'field-id': 5, names: ['l'], fields: [{ 'field-id': 6, names: ['element'] }] },
      ],
    });
  });

  it('are of every type but those that its readers do not have', () => {
    const types = SCALAR_NAMES.map((type) => {
      try {
        return [type, icebergSchema([{ name: 'x', type }]).schema.fields[0]!.type];
      } catch (error) {
        return [type, (error as Error).message.split('; ')[1]!.split(',')[0]];
      }
    });
    expect(Object.fromEntries(types)).toEqual({
      ...{ BOOLEAN: 'boolean', TINYINT: 'int', SMALLINT: 'int', INTEGER: 'int', BIGINT: 'long' },
      ...{ UTINYINT: 'cast it to SMALLINT', USMALLINT: 'cast it to INTEGER' },
      ...{ UINTEGER: 'cast it to BIGINT', UBIGINT: 'cast it to DECIMAL(20' },
      ...{ FLOAT: 'float', DOUBLE: 'double', VARCHAR: 'string', BLOB: 'binary', DATE: 'date' },
      ...{ TIME: 'time', TIMESTAMP: 'timestamp', TIMESTAMPTZ: 'timestamptz', UUID: 'uuid' },
      ...{ TIMESTAMP_MS: 'cast it to TIMESTAMP', TIMESTAMP_NS: 'cast it to TIMESTAMP' },
    });
  });

  it.each([
    [
      'UBIGINT',
      'the column "x" is UBIGINT, which Iceberg 2 does not have; cast it to DECIMAL(20, 0), or leave out the companion',
    ],
    ['UINTEGER[]', 'the column "x" has UINTEGER, which Iceberg 2 does not have; cast it to BIGINT'],
    ['MAP(UTINYINT, INTEGER)', 'the column "x" has UTINYINT'],
    ['MAP(INTEGER, STRUCT(a TIMESTAMP_NS))', 'the column "x" has TIMESTAMP_NS'],
    [
      'HUGEINT',
      'the column "x" is HUGEINT, which Iceberg 2 does not have; cast it to a type of docs/tables.md',
    ],
    ['INTERVAL', 'the column "x" is INTERVAL, which'],
    ['STRUCT(__duckdb_field_id INTEGER)', '"x.__duckdb_field_id" has a name that the engine takes'],
  ])('fail for %s', (type, message) => {
    expect(refusal([{ name: 'x', type }])).toThrow(message);
  });

  it('fail for two that have one name once names are joined by dots', () => {
    const columns = [
      { name: 'a', type: 'STRUCT(b INTEGER[])' },
      { name: 'a.b', type: 'INTEGER' },
      { name: 'a.b.element', type: 'INTEGER' },
    ];
    expect(refusal(columns)).toThrow('two columns are "a.b" for Iceberg');
    expect(refusal(columns)).toThrow('two columns are "a.b.element" for Iceberg');
  });
});

describe('a table of Iceberg', () => {
  it('is of Parquet', () => {
    expect(icebergFileProblem({ format: 'parquet' })).toBeUndefined();
    expect(icebergFileProblem({ format: 'csv' })).toContain('csv is no form of the files');
  });

  it('lies at a URI that readers do not take apart', () => {
    expect(() => assertIcebergTable('s3://lake/t é+=&/', { columns: NESTED })).not.toThrow();
    for (const each of ['#', '?', '%20', '\u0001']) {
      const uri = `s3://lake/a${each}b/`;
      expect(() => assertIcebergTable(uri, { columns: NESTED })).toThrow(
        'has one of # ? % or a control',
      );
    }
  });

  it('has no partitions by UUID', () => {
    const columns = [
      { name: 'key', type: 'UUID' },
      { name: 'day', type: 'DATE' },
    ];
    const by = (name: string) => () =>
      assertIcebergTable('s3://lake/t/', { columns, partitionBy: [name] });
    expect(by('day')).not.toThrow();
    expect(by('key')).toThrow('the column "key" is uuid in Iceberg, by which no partitions are');
  });
});
