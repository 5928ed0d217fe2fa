import { typeSql } from './column-type.ts';
import { identifier } from './quote.ts';
import { finiteValue } from './strict-cast.ts';
import type { TableSchema } from './table-schema.ts';

/** Types whose values may be no number of JSON, also within others. */
const FLOATING = /\b(?:FLOAT|DOUBLE)\b/;

/**
 * SQL of the columns of a schema as JSON can hold them: NULL for NaN and the infinities, of which
 * JSON has none. Undefined where no column has such values.
 */
export function jsonValues(schema: TableSchema): readonly string[] | undefined {
  if (!schema.some(({ type }) => FLOATING.test(typeSql(type)))) return undefined;
  return schema.map(({ name, type }) => {
    const given = identifier(name);
    return FLOATING.test(typeSql(type)) ? `${finiteValue(type, given)} AS ${given}` : given;
  });
}
