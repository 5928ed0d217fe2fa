import type { TableReading } from '#support/tables/table-case.ts';
import {
  bytesBody,
  dataPage,
  int32Body,
  smallParquet,
} from '#test/core/containers/parquet/small-parquet.ts';
import { boolean, i32, struct } from '#test/core/containers/parquet/thrift-values.ts';
import { DAMAGED, parquet } from './parquet-specimen.ts';
import { type Answer, refused, rows, type Specimen } from './specimen.ts';

function typed(
  name: string,
  type: number,
  element: Record<number, ReturnType<typeof i32>>,
  body: Uint8Array,
  answer: Answer,
  schema: TableReading['schema'],
) {
  const column = { name: 'v', type, values: 1, pages: [dataPage(body, 1)], element };
  return parquet(name, () => smallParquet([column]), answer, { schema });
}

const EIGHT = Buffer.alloc(8, 1);
const TEXTS = bytesBody(['é']);

const TYPES = [
  typed(
    'a logical type that nobody knows',
    1,
    { 10: struct({ 99: struct({}) }) },
    int32Body([1]),
    refused('Unsupported', '"v"'),
    { v: 'integer' },
  ),
  typed(
    'a converted type that nobody knows',
    1,
    { 6: i32(99) },
    int32Body([1]),
    refused('Unsupported', '"v"'),
    { v: 'integer' },
  ),
  typed('a physical type that there is not', 99, {}, int32Body([1]), DAMAGED, { v: 'integer' }),
  typed(
    'a text that is a number',
    1,
    { 6: i32(0) },
    int32Body([1]),
    refused('Unsupported', '"v"'),
    { v: 'varchar' },
  ),
  typed('a date of 64 bits', 2, { 6: i32(6) }, EIGHT, refused('Unsupported', '"v"'), { v: 'date' }),
  typed(
    'a decimal of 0 digits',
    1,
    { 6: i32(5), 7: i32(0), 8: i32(0) },
    int32Body([1]),
    refused('Unsupported', '"v"'),
    { v: 'decimal(4,2)' },
  ),
  typed(
    'a decimal of -1 places',
    1,
    { 6: i32(5), 7: i32(-1), 8: i32(4) },
    int32Body([1]),
    refused('Unsupported', '"v"'),
    { v: 'decimal(4,2)' },
  ),
  typed(
    'a decimal of 50 digits',
    6,
    { 6: i32(5), 7: i32(2), 8: i32(50) },
    TEXTS,
    refused('Unsupported', '"v"'),
    { v: 'decimal(38,2)' },
  ),
  typed(
    'a UUID of 5 bytes',
    7,
    { 2: i32(5), 10: struct({ 14: struct({}) }) },
    EIGHT,
    refused('Unsupported', '"v"'),
    { v: 'uuid' },
  ),
  typed('bytes of a negative width', 7, { 2: i32(-5) }, EIGHT, refused('Corrupt', '"v"'), {
    v: 'blob',
  }),
  typed('a repetition that there is not', 1, { 3: i32(9) }, int32Body([1]), DAMAGED, {
    v: 'integer',
  }),
  typed(
    'an instant on another clock',
    2,
    { 10: struct({ 8: struct({ 1: boolean(true), 2: struct({ 9: struct({}) }) }) }) },
    EIGHT,
    refused('Unsupported', '"v"'),
    { v: 'timestamptz' },
  ),
  typed('a text without the mark that it is one', 6, {}, TEXTS, rows(['é']), { v: 'varchar' }),
  typed(
    'bytes that are no text',
    6,
    {},
    bytesBody([Uint8Array.of(0xff, 0x41)]),
    refused('Corrupt', '"v"', 'zoo.parquet', 'row 0'),
    { v: 'varchar' },
  ),
  typed(
    'a text that is no UTF-8',
    6,
    { 6: i32(0) },
    bytesBody([Uint8Array.of(0xff, 0x41)]),
    DAMAGED,
    { v: 'varchar' },
  ),
  typed('a text with a NUL', 6, { 6: i32(0) }, bytesBody(['x\0y']), rows(['x\0y']), {
    v: 'varchar',
  }),
  typed(
    'a text that is no number',
    6,
    { 6: i32(0) },
    bytesBody(['/etc/passwd']),
    refused('Corrupt', '"/etc/passwd"'),
    { v: 'integer' },
  ),
  typed('JSON', 6, { 6: i32(19) }, bytesBody(['{"x": 1}']), rows(['{"x": 1}']), { v: 'varchar' }),
  typed(
    'JSON that is none',
    6,
    { 6: i32(19) },
    bytesBody(['{']),
    refused('Corrupt', 'Invalid JSON'),
    {
      v: 'varchar',
    },
  ),
];

/** Files of columns of odd types. */
export const PARQUET_TYPES: readonly Specimen[] = TYPES;
