import type { ByteSource } from '#core/bytes/byte-source.ts';

/** A field of a record: its value and how many bytes it takes. */
type Field = readonly [value: number, bytes: 2 | 4 | 8];

/** Little-endian fields one after the other. */
function record(...fields: readonly Field[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [, width]) => sum + width, 0));
  let at = 0;
  for (const [value, width] of fields) {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at);
    else bytes.writeUIntLE(value, at, width);
    at += width;
  }
  return bytes;
}

/** What an end record says; `recorded` is what the directory is said to be. */
export interface End {
  readonly disk?: number;
  readonly members: number;
  readonly offset: number;
  readonly length: number;
}

/** The record at the end of every zip file: APPNOTE 4.3.16. */
export function endRecord({ disk = 0, members, offset, length }: End, comment = ''): Buffer {
  const fields = record(
    [0x06054b50, 4],
    [disk, 2],
    [0x1111, 2],
    [0x2222, 2],
    [members, 2],
    [length, 4],
    [offset, 4],
    [comment.length, 2],
  );
  return Buffer.concat([fields, Buffer.from(comment, 'latin1')]);
}

/**
 * The end record with 64-bit sizes, its locator, and a saturated end record: APPNOTE 4.3.14 to 16.
 */
export function endRecords64({ disk = 0, members, offset, length }: End, at: number): Buffer {
  return Buffer.concat([
    record(
      [0x06064b50, 4],
      [44, 8],
      [45, 2],
      [45, 2],
      [disk, 4],
      [0x3333, 4],
      [0x4444, 8],
      [members, 8],
      [length, 8],
      [offset, 8],
    ),
    record([0x07064b50, 4], [0, 4], [at, 8], [1, 4]),
    endRecord({ members: 0xffff, offset: 0xffffffff, length: 0xffffffff }),
  ]);
}

/** An entry of the directory. */
export interface Entry {
  readonly name: string;
  readonly flags?: number;
  readonly method: number;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly localOffset: number;
  readonly extra?: Uint8Array;
  readonly comment?: string;
}

/** An entry of the central directory: APPNOTE 4.3.12. */
export function directoryEntry(entry: Entry): Buffer {
  const { name, flags = 0, extra = new Uint8Array(), comment = '' } = entry;
  const fields = record(
    [0x02014b50, 4],
    [0x0314, 2],
    [20, 2],
    [flags, 2],
    [entry.method, 2],
    [0x5555, 2],
    [0x6666, 2],
    [entry.crc32, 4],
    [entry.compressedBytes, 4],
    [entry.bytes, 4],
    [Buffer.byteLength(name), 2],
    [extra.length, 2],
    [comment.length, 2],
    [0, 2],
    [0x7777, 2],
    [0x888888, 4],
    [entry.localOffset, 4],
  );
  return Buffer.concat([fields, Buffer.from(name), extra, Buffer.from(comment)]);
}

/** A field of an entry's extra data. */
export function extraField(id: number, ...values: readonly Field[]): Buffer {
  const body = record(...values);
  return Buffer.concat([record([id, 2], [body.length, 2]), body]);
}

/** An object of any size that ends with these bytes; before them it holds zeros. */
export function endingWith(tail: Uint8Array, size = tail.length): ByteSource {
  const from = size - tail.length;
  return {
    uri: 'x.npz',
    etag: '"e"',
    size,
    read: async ({ offset, length }) => {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i += 1) bytes[i] = tail[offset + i - from] ?? 0;
      return bytes;
    },
  };
}
