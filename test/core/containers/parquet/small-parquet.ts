import { crc32 } from 'node:zlib';
import { i32, integer, list, struct, type ThriftValue, text } from './thrift-values.ts';

export type Fields = Readonly<Record<number, ThriftValue | undefined>>;

/** A page as it lies in the file. */
export interface SmallPage {
  readonly header: ThriftValue;
  readonly body: Uint8Array;
}

/** A column of required values. */
export interface SmallColumn {
  readonly name: string;
  /** Number of the physical type. */
  readonly type: number;
  readonly values: number;
  readonly pages: readonly SmallPage[];
  /** Changes of its schema element, and of the metadata of its chunk. */
  readonly element?: Fields;
  readonly metadata?: Fields;
  readonly chunk?: Fields;
}

const INT32 = 1;
const BYTE_ARRAY = 6;

/** The CRC-32 of a page, as the signed number that Thrift has. */
export function pageCrc(body: Uint8Array): ThriftValue {
  return i32(crc32(body) | 0);
}

/** A page of plain values, not compressed; fields of both headers may be changed. */
export function dataPage(
  body: Uint8Array,
  values: number,
  { outer = {}, inner = {} }: { readonly outer?: Fields; readonly inner?: Fields } = {},
): SmallPage {
  const data = struct({ 1: i32(values), 2: i32(0), 3: i32(3), 4: i32(3), ...inner });
  const size = i32(body.length);
  return { header: struct({ 1: i32(0), 2: size, 3: size, 5: data, ...outer }), body };
}

export function dictionaryPage(body: Uint8Array, values: number, outer: Fields = {}): SmallPage {
  const size = i32(body.length);
  const inner = struct({ 1: i32(values), 2: i32(0) });
  return { header: struct({ 1: i32(2), 2: size, 3: size, 7: inner, ...outer }), body };
}

/** Whole numbers of 32 bits. */
export function int32Body(values: readonly number[]): Uint8Array {
  const body = Buffer.alloc(4 * values.length);
  for (const [k, value] of values.entries()) body.writeInt32LE(value, 4 * k);
  return body;
}

export function bytesBody(values: readonly (string | Uint8Array)[]): Uint8Array {
  const parts = values.flatMap((value) => {
    const bytes = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat(parts);
}

export function int32Column(
  name: string,
  values: readonly number[],
  changes: Partial<SmallColumn> = {},
): SmallColumn {
  const pages = [dataPage(int32Body(values), values.length)];
  return { name, type: INT32, values: values.length, pages, ...changes };
}

/** Texts, with the mark that they are. */
export function textColumn(
  name: string,
  values: readonly (string | Uint8Array)[],
  changes: Partial<SmallColumn> = {},
): SmallColumn {
  const pages = [dataPage(bytesBody(values), values.length)];
  const element = { 6: i32(0) };
  return { name, type: BYTE_ARRAY, values: values.length, pages, element, ...changes };
}

function bytesOf({ pages }: SmallColumn): Buffer {
  return Buffer.concat(pages.flatMap(({ header, body }) => [Uint8Array.from(header.bytes), body]));
}

function chunkOf(column: SmallColumn, offset: number, length: number): ThriftValue {
  const first = column.pages[0]?.header.bytes[1];
  // A dictionary lies first.
  const isDictionary = first === 4;
  const data = isDictionary
    ? offset + column.pages[0]!.header.bytes.length + column.pages[0]!.body.length
    : offset;
  const metadata = struct({
    ...{ 1: i32(column.type), 2: list([i32(0)]), 3: list([text(column.name)]), 4: i32(0) },
    ...{ 5: integer(column.values), 6: integer(length), 7: integer(length), 9: integer(data) },
    ...(isDictionary && { 11: integer(offset) }),
    ...column.metadata,
  });
  return struct({ 2: integer(0), 3: metadata, ...column.chunk });
}

/** A footer with its length and the magic behind it. */
export function footerEnd(footer: ThriftValue, magic = 'PAR1', length?: number): Buffer {
  const end = Buffer.alloc(4);
  end.writeUInt32LE(length ?? footer.bytes.length);
  return Buffer.concat([Uint8Array.from(footer.bytes), end, Buffer.from(magic)]);
}

/** A file of one row group; fields of the row group and of the footer may be changed. */
export function smallParquet(
  columns: readonly SmallColumn[],
  changes: { readonly group?: Fields; readonly footer?: Fields } = {},
): Buffer {
  const rows = columns[0]?.values ?? 0;
  const bodies = columns.map(bytesOf);
  let at = 4;
  const chunks = columns.map((column, k) => {
    const chunk = chunkOf(column, at, bodies[k]!.length);
    at += bodies[k]!.length;
    return chunk;
  });
  const group = struct({ 1: list(chunks), 2: integer(at), 3: integer(rows), ...changes.group });
  const elements = columns.map(({ name, type, element }) =>
    struct({ 1: i32(type), 3: i32(0), 4: text(name), ...element }),
  );
  const root = struct({ 4: text('root'), 5: i32(columns.length) });
  const footer = struct({
    ...{ 1: i32(1), 2: list([root, ...elements]), 3: integer(rows), 4: list([group]) },
    ...changes.footer,
  });
  return Buffer.concat([Buffer.from('PAR1'), ...bodies, footerEnd(footer)]);
}
