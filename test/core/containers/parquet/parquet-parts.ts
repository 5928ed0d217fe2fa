import { memorySource } from '#core/bytes/memory-source.ts';
import { i32, integer, list, struct, type ThriftValue, text } from './thrift-values.ts';

type Fields = Readonly<Record<number, ThriftValue | undefined>>;

/** A column of INT32, `x`; fields may be changed. */
export function element(changes: Fields = {}): ThriftValue {
  return struct({ 1: i32(1), 3: i32(0), 4: text('x'), ...changes });
}

/** The root of a schema. */
export function root(columns: number): ThriftValue {
  return struct({ 4: text('root'), 5: i32(columns) });
}

/** A column chunk of 10 bytes with 5 values at offset 4; fields of its metadata may be changed. */
export function chunk(changes: Fields = {}, outer: Fields = {}): ThriftValue {
  const metadata = struct({
    ...{ 1: i32(1), 2: list([i32(0)]), 3: list([text('x')]), 4: i32(0), 5: integer(5) },
    ...{ 6: integer(10), 7: integer(10), 9: integer(4), ...changes },
  });
  return struct({ 2: integer(0), 3: metadata, ...outer });
}

/** A row group of 5 rows. */
export function rowGroup(chunks: readonly ThriftValue[], rows: number | bigint = 5): ThriftValue {
  return struct({ 1: list(chunks), 2: integer(10), 3: integer(rows) });
}

/** A file of one column and one row group of 5 rows; fields of its footer may be changed. */
export function footer(changes: Fields = {}): ThriftValue {
  return struct({
    ...{ 1: i32(1), 2: list([root(1), element()]), 3: integer(5), 4: list([rowGroup([chunk()])]) },
    ...changes,
  });
}

/** A file of `columnBytes` zeros and a footer. */
export function fileOf({ bytes }: ThriftValue, columnBytes = 100) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  const parts = ['PAR1', Buffer.alloc(columnBytes), Buffer.from(bytes), length, 'PAR1'];
  return memorySource(Buffer.concat(parts.map((part) => Buffer.from(part))), 'x.parquet');
}
