import type { TableReading } from '#support/tables/table-case.ts';
import {
  int32Column,
  smallParquet,
  textColumn,
} from '#test/core/containers/parquet/small-parquet.ts';
import { type Answer, refused, rows, type Specimen } from './specimen.ts';

const SCHEMA = { a: 'integer', b: 'varchar' };

export function parquet(
  name: string,
  bytes: () => Uint8Array,
  answer: Answer,
  { schema = SCHEMA as TableReading['schema'], options = {} as TableReading['options'] } = {},
): Specimen {
  return {
    name: `parquet: ${name}`,
    asked: { format: 'parquet', schema, options },
    objects: () => [{ name: 'zoo.parquet', bytes: bytes() }],
    answer,
  };
}

export const A = int32Column('a', [1, 2, 3]);
const B = textColumn('b', ['x', 'y', 'z']);
export const ROWS = rows([1, 'x'], [2, 'y'], [3, 'z']);
export const WHOLE = smallParquet([A, B]);
export const DAMAGED = refused('Corrupt', 'zoo.parquet');
export const ONE = { schema: { a: 'integer' } };
export const TEXT = { schema: { b: 'varchar' } };
