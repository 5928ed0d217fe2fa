import { describe, expect, it } from 'vitest';
import { jsonValues } from '#core/tables/schema/json-values.ts';
import { tableSchema } from '#core/tables/schema/table-schema.ts';

const values = (schema: Readonly<Record<string, string>>) => jsonValues(tableSchema.parse(schema));

describe('jsonValues', () => {
  it('leaves a table alone that has no such numbers', () => {
    expect(values({ id: 'bigint', price: 'decimal(5,2)', names: 'varchar[]' })).toBeUndefined();
  });

  it('makes NULL of what is no number of JSON, wherever it lies', () => {
    const schema = {
      id: 'bigint',
      'a"b': 'double',
      l: 'float[]',
      s: 'struct(x double, n integer)',
    };
    expect(values(schema)).toEqual([
      '"id"',
      'CASE WHEN isfinite("a""b") THEN "a""b" END AS "a""b"',
      'list_transform("l", lambda e0: CASE WHEN isfinite(e0) THEN e0 END) AS "l"',
      'CASE WHEN "s" IS NOT NULL THEN struct_pack("x" := CASE WHEN isfinite(("s")."x") THEN ("s")."x" END, "n" := ("s")."n") END AS "s"',
    ]);
    expect(values({ m: 'map(varchar, double)' })![0]).toContain('isfinite(e0.value)');
  });
});
