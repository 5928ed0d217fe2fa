import { THRIFT } from './compact-reader.ts';
import { CompactWriter } from './compact-writer.ts';

/** Numbers of the physical types, codecs and repetitions in `parquet.thrift`. */
export const PHYSICAL = {
  ...{ boolean: 0, int32: 1, int64: 2, float: 4, double: 5, bytes: 6 },
} as const;
export const CODECS = { none: 0, gzip: 2, zstd: 6 } as const;
const REPETITION = { required: 0, optional: 1, repeated: 2 } as const;

const PLAIN = 0;
const RLE = 3;
const DATA_PAGE = 0;
const LIST = 3;

/** An element of a schema, the root first, each followed by its children. */
export interface WrittenElement {
  readonly name: string;
  readonly type?: number;
  /** As older readers know it; of integers that are not of 32 or 64 bits with a sign. */
  readonly convertedType?: number | undefined;
  /** Digits of a decimal, in all and behind the point. */
  readonly decimal?: { readonly precision: number; readonly scale: number } | undefined;
  /** How often it stands in what is around it. @default required: once */
  readonly repetition?: 'optional' | 'repeated';
  readonly isList?: boolean;
  readonly children?: number;
}

/** A column of a row group, as it lies in the file. */
export interface WrittenColumn {
  readonly path: readonly string[];
  readonly type: number;
  readonly codec: number;
  readonly values: number;
  readonly offset: number;
  /** Bytes of its page with the header. */
  readonly bytes: number;
  /** The same before compression. */
  readonly uncompressedBytes: number;
  /** Least and greatest value, as they are stored. */
  readonly range?: { readonly least: Uint8Array; readonly greatest: Uint8Array } | undefined;
}

export interface WrittenGroup {
  readonly rows: number;
  readonly columns: readonly WrittenColumn[];
}

/** A page of values. */
export interface PageSizes {
  readonly values: number;
  readonly uncompressed: number;
  readonly compressed: number;
}

/** The header of a page with plain values. */
export function pageHeader({ values, uncompressed, compressed }: PageSizes): Uint8Array {
  const writer = new CompactWriter();
  writer.struct(() => {
    writer.i32(1, DATA_PAGE);
    writer.i32(2, uncompressed);
    writer.i32(3, compressed);
    writer.field({ id: 5, type: THRIFT.struct });
    writer.struct(() => {
      writer.i32(1, values);
      writer.i32(2, PLAIN);
      writer.i32(3, RLE);
      writer.i32(4, RLE);
    });
  });
  return writer.finish();
}

function writeElement(writer: CompactWriter, element: WrittenElement): void {
  const { name, type, convertedType, decimal, repetition = 'required', isList, children } = element;
  if (type !== undefined) writer.i32(1, type);
  writer.i32(3, REPETITION[repetition]);
  writer.binary(4, new TextEncoder().encode(name));
  if (children !== undefined) writer.i32(5, children);
  const converted = isList ? LIST : convertedType;
  if (converted !== undefined) writer.i32(6, converted);
  if (decimal === undefined) return;
  writer.i32(7, decimal.scale);
  writer.i32(8, decimal.precision);
}

function writeColumn(writer: CompactWriter, column: WrittenColumn): void {
  writer.i64(2, column.offset);
  writer.field({ id: 3, type: THRIFT.struct });
  writer.struct(() => {
    writer.i32(1, column.type);
    writer.numbers(2, [PLAIN, RLE]);
    writer.texts(3, column.path);
    writer.i32(4, column.codec);
    writer.i64(5, column.values);
    writer.i64(6, column.uncompressedBytes);
    writer.i64(7, column.bytes);
    writer.i64(9, column.offset);
    if (column.range === undefined) return;
    const { least, greatest } = column.range;
    writer.field({ id: 12, type: THRIFT.struct });
    writer.struct(() => {
      writer.i64(3, 0);
      writer.binary(5, greatest);
      writer.binary(6, least);
    });
  });
}

function writeGroup(writer: CompactWriter, { rows, columns }: WrittenGroup): void {
  const sum = (of: (column: WrittenColumn) => number) =>
    columns.reduce((bytes, column) => bytes + of(column), 0);
  writer.structs(1, columns.length);
  for (const column of columns) writer.struct(() => writeColumn(writer, column));
  writer.i64(
    2,
    sum(({ uncompressedBytes }) => uncompressedBytes),
  );
  writer.i64(3, rows);
  writer.i64(5, columns[0]!.offset);
  writer.i64(
    6,
    sum(({ bytes }) => bytes),
  );
}

/** What a footer says of a file. */
export interface WrittenFooter {
  readonly schema: readonly WrittenElement[];
  readonly groups: readonly WrittenGroup[];
  /** Texts by their keys, at least one. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly createdBy: string;
}

/**
 * The footer of a file, with its length; the magic number follows.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export function fileFooter({ schema, groups, metadata, createdBy }: WrittenFooter): Uint8Array {
  const text = new TextEncoder();
  const writer = new CompactWriter();
  writer.struct(() => {
    writer.i32(1, 1);
    writer.structs(2, schema.length);
    for (const element of schema) writer.struct(() => writeElement(writer, element));
    writer.i64(
      3,
      groups.reduce((rows, group) => rows + group.rows, 0),
    );
    writer.structs(4, groups.length);
    for (const group of groups) writer.struct(() => writeGroup(writer, group));
    writer.structs(5, metadata.size);
    for (const [key, value] of metadata) {
      writer.struct(() => {
        writer.binary(1, text.encode(key));
        writer.binary(2, text.encode(value));
      });
    }
    writer.binary(6, text.encode(createdBy));
  });
  const footer = writer.finish();
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return Buffer.concat([footer, length]);
}
