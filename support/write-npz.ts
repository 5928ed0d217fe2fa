import { crc32, deflateRawSync } from 'node:zlib';
import type { DType } from '#core/elements/dtype.ts';

/** A CSR matrix as plain lists: what a test says, before it is bytes. */
export interface PlainCsr {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
  /** bigint for 64-bit integers; bool as any byte. */
  readonly data: readonly (number | bigint)[];
}

/** How the arrays are written; the defaults are SciPy's. */
export interface NpyOptions {
  /** @default 1 */
  readonly version?: 1 | 2 | 3;
  /** @default false */
  readonly bigEndian?: boolean;
  /** @default false */
  readonly fortran?: boolean;
  /** Writes `(3L,)` as Python 2 did. @default false */
  readonly longs?: boolean;
}

/** How the container is written; the defaults are NumPy's. */
export interface ZipOptions {
  /** Writes zip64 fields and records though nothing is large. @default false */
  readonly zip64?: boolean;
  /** Writes sizes behind each member instead of before it. @default false */
  readonly dataDescriptors?: boolean;
  /** Deflates the members. @default false */
  readonly compress?: boolean;
  /** @default '' */
  readonly comment?: string;
}

export interface NpzOptions extends NpyOptions, ZipOptions {
  /** @default 'int32' */
  readonly indptrDtype?: DType;
  /** @default 'int32' */
  readonly indicesDtype?: DType;
  /** @default 'csr' */
  readonly format?: string;
  /** Order of the members. @default SciPy's */
  readonly order?: readonly string[];
}

export type Members = Readonly<Record<string, Uint8Array>>;

const CODES: Readonly<Record<DType, string>> = {
  bool: 'b1',
  int8: 'i1',
  int16: 'i2',
  int32: 'i4',
  int64: 'i8',
  uint8: 'u1',
  uint16: 'u2',
  uint32: 'u4',
  uint64: 'u8',
  float16: 'f2',
  float32: 'f4',
  float64: 'f8',
};

/** SciPy's order of the members. */
const MEMBER_ORDER = ['indices', 'indptr', 'format', 'shape', 'data'];

function descrOf(dtype: DType, bigEndian: boolean): string {
  const code = CODES[dtype];
  if (code.endsWith('1')) return `|${code}`;
  return `${bigEndian ? '>' : '<'}${code}`;
}

/** NumPy's element bytes, one DataView setter for each kind: slow, and plain to see. */
function elementBytes(values: readonly (number | bigint)[], dtype: DType, bigEndian: boolean) {
  const size = Number(CODES[dtype].slice(1));
  const view = new DataView(new ArrayBuffer(values.length * size));
  for (const [i, value] of values.entries()) {
    const at = i * size;
    if (dtype === 'float16') view.setFloat16(at, Number(value), !bigEndian);
    else if (dtype === 'float32') view.setFloat32(at, Number(value), !bigEndian);
    else if (dtype === 'float64') view.setFloat64(at, Number(value), !bigEndian);
    else if (size === 8) view.setBigInt64(at, BigInt(value), !bigEndian);
    else if (size === 4) view.setInt32(at, Number(value), !bigEndian);
    else if (size === 2) view.setInt16(at, Number(value), !bigEndian);
    else view.setInt8(at, Number(value));
  }
  return new Uint8Array(view.buffer);
}

/** Puts a header of the given text before elements; `text` may be anything, so that damage can be written. */
export function npyFromHeader(text: string, elements: Uint8Array, version = 1): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const padding = 64 - ((8 + lengthBytes + text.length + 1) % 64);
  const header = new TextEncoder().encode(`${text}${' '.repeat(padding % 64)}\n`);
  const bytes = new Uint8Array(8 + lengthBytes + header.length + elements.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  bytes.set(header, 8 + lengthBytes);
  bytes.set(elements, 8 + lengthBytes + header.length);
  return bytes;
}

/** Bytes of a one-dimensional npy array. */
export function npyArray(
  values: readonly (number | bigint)[],
  dtype: DType,
  options: NpyOptions = {},
): Uint8Array {
  const { version = 1, bigEndian = false, fortran = false, longs = false } = options;
  const shape = `(${values.length}${longs ? 'L' : ''},)`;
  const header = `{'descr': '${descrOf(dtype, bigEndian)}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }`;
  return npyFromHeader(header, elementBytes(values, dtype, bigEndian), version);
}

/** Bytes of a scalar npy string, such as `format`. */
export function npyString(text: string): Uint8Array {
  const header = `{'descr': '|S${text.length}', 'fortran_order': False, 'shape': (), }`;
  return npyFromHeader(header, new TextEncoder().encode(text));
}

/** Little-endian numbers, each given as `[bytes, value]`. */
function record(...fields: readonly (readonly [size: 2 | 4 | 8, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([size, value]) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64LE(BigInt(value));
      return bytes.subarray(0, size);
    }),
  );
}

interface Entry {
  readonly name: Buffer;
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

function localRecord(entry: Entry, body: Buffer): Buffer {
  const { name, method, flags, crc, compressedBytes, bytes } = entry;
  const known = flags === 8 ? [0, 0, 0] : [crc, compressedBytes, bytes];
  const [localCrc = 0, localCompressed = 0, localBytes = 0] = known;
  // NumPy forces a zip64 field into the local header, which the directory lacks.
  const padding = record([2, 1], [2, 16], [8, localBytes], [8, localCompressed]);
  const header = record(
    ...([
      [4, 0x04034b50],
      [2, 45],
      [2, flags],
      [2, method],
      [4, 0],
      [4, localCrc],
    ] as const),
    ...([
      [4, localCompressed],
      [4, localBytes],
      [2, name.length],
      [2, padding.length],
    ] as const),
  );
  const descriptor = flags === 8 ? record([4, 0x08074b50], [4, crc], [8, 0], [8, 0]) : Buffer.of();
  return Buffer.concat([header, name, padding, body, descriptor]);
}

function directoryRecord(entry: Entry, zip64: boolean): Buffer {
  const { name, method, flags, crc, compressedBytes, bytes, offset } = entry;
  // An unknown field stands before the zip64 one, as other writers may put it.
  const wide = record([2, 0x9999], [2, 2], [2, 7], [2, 1], [2, 24], [8, bytes]);
  const extra = zip64
    ? Buffer.concat([wide, record([8, compressedBytes], [8, offset])])
    : Buffer.of();
  const sizes = zip64 ? [0xffffffff, 0xffffffff, 0xffffffff] : [compressedBytes, bytes, offset];
  const [narrowCompressed = 0, narrowBytes = 0, narrowOffset = 0] = sizes;
  const header = record(
    ...([
      [4, 0x02014b50],
      [2, 45],
      [2, 45],
      [2, flags],
      [2, method],
      [4, 0],
      [4, crc],
    ] as const),
    ...([
      [4, narrowCompressed],
      [4, narrowBytes],
      [2, name.length],
      [2, extra.length],
    ] as const),
    ...([
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, narrowOffset],
    ] as const),
  );
  return Buffer.concat([header, name, extra]);
}

function endRecords(count: number, length: number, offset: number, options: ZipOptions): Buffer {
  const { zip64 = false, comment = '' } = options;
  const end64 = record(
    ...([
      [4, 0x06064b50],
      [8, 44],
      [2, 45],
      [2, 45],
      [4, 0],
      [4, 0],
    ] as const),
    ...([
      [8, count],
      [8, count],
      [8, length],
      [8, offset],
    ] as const),
  );
  const locator = record([4, 0x07064b50], [4, 0], [8, offset + length], [4, 1]);
  const [n, l, o] = zip64 ? [0xffff, 0xffffffff, 0xffffffff] : [count, length, offset];
  const end = record(
    ...([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, n ?? 0],
      [2, n ?? 0],
      [4, l ?? 0],
    ] as const),
    ...([
      [4, o ?? 0],
      [2, comment.length],
    ] as const),
  );
  return Buffer.concat([...(zip64 ? [end64, locator] : []), end, Buffer.from(comment)]);
}

/** Bytes of a zip file that holds the members in the order given. */
export function writeZip(members: Members, options: ZipOptions = {}): Uint8Array<ArrayBuffer> {
  const { zip64 = false, compress = false, dataDescriptors = false } = options;
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, bytes] of Object.entries(members)) {
    const body = compress ? deflateRawSync(bytes) : Buffer.from(bytes);
    const entry: Entry = {
      name: Buffer.from(name),
      method: compress ? 8 : 0,
      flags: dataDescriptors ? 8 : 0,
      crc: crc32(bytes),
      compressedBytes: body.length,
      bytes: bytes.length,
      offset,
    };
    const local = localRecord(entry, body);
    parts.push(local);
    directory.push(directoryRecord(entry, zip64));
    offset += local.length;
  }
  const list = Buffer.concat(directory);
  const end = endRecords(directory.length, list.length, offset, options);
  return new Uint8Array(Buffer.concat([...parts, list, end]));
}

/** The five members of a CSR matrix, by name, so that a test can replace one before it is zipped. */
export function csrMembers(csr: PlainCsr, options: NpzOptions = {}): Members {
  const { indptrDtype = 'int32', indicesDtype = 'int32', format = 'csr' } = options;
  const members: Members = {
    indices: npyArray(csr.indices, indicesDtype, options),
    indptr: npyArray(csr.indptr, indptrDtype, options),
    format: npyString(format),
    shape: npyArray(csr.shape, 'int64', options),
    data: npyArray(csr.data, csr.dtype, options),
  };
  const order = options.order ?? MEMBER_ORDER;
  return Object.fromEntries(order.map((name) => [`${name}.npy`, members[name] ?? Buffer.of()]));
}

/** Bytes of an npz file that holds a CSR matrix, by default as `save_npz(compressed=False)` writes it. */
export function writeNpz(csr: PlainCsr, options: NpzOptions = {}): Uint8Array<ArrayBuffer> {
  return writeZip(csrMembers(csr, options), options);
}
