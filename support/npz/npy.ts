import type { DType } from '#core/elements/dtype.ts';

/** How an array is written; the defaults are NumPy's. */
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

/** Elements begin at a multiple of this. */
const ALIGNMENT_BYTES = 64;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

function descrOf(dtype: DType, bigEndian: boolean): string {
  const code = CODES[dtype];
  if (code.endsWith('1')) return `|${code}`;
  return `${bigEndian ? '>' : '<'}${code}`;
}

/** Writes NumPy's element bytes, by one DataView setter for each kind: slow, but simple. */
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

/** The dictionary of a header; `shape` is a Python tuple. */
function headerText(descr: string, shape: string, fortran = false): string {
  const order = fortran ? 'True' : 'False';
  return `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
}

function headerBytes(text: string, version: number): Uint8Array {
  const lengthBytes = version === 1 ? 2 : 4;
  const start = MAGIC.length + 2 + lengthBytes;
  const end = Math.ceil((start + text.length + 1) / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const line = new TextEncoder().encode(`${text.padEnd(end - start - 1)}\n`);
  const length = Buffer.alloc(lengthBytes);
  length.writeUIntLE(line.length, 0, lengthBytes);
  return Buffer.concat([Buffer.of(...MAGIC, version, 0), length, line]);
}

/** What precedes the elements of a one-dimensional little-endian array. */
export function npyHeader(dtype: DType, length: number): Uint8Array {
  return headerBytes(headerText(descrOf(dtype, false), `(${length},)`), 1);
}

/** Puts a header before elements; `text` may be anything, so that damage can be written. */
export function npyFromHeader(text: string, elements: Uint8Array, version = 1): Uint8Array {
  return new Uint8Array(Buffer.concat([headerBytes(text, version), elements]));
}

/** Bytes of a one-dimensional npy array. */
export function npyArray(
  values: readonly (number | bigint)[],
  dtype: DType,
  options: NpyOptions = {},
): Uint8Array {
  const { version = 1, bigEndian = false, fortran = false, longs = false } = options;
  const shape = `(${values.length}${longs ? 'L' : ''},)`;
  const header = headerText(descrOf(dtype, bigEndian), shape, fortran);
  return npyFromHeader(header, elementBytes(values, dtype, bigEndian), version);
}

/** Bytes of a scalar npy string, such as `format`. */
export function npyString(text: string): Uint8Array {
  return npyFromHeader(headerText(`|S${text.length}`, '()'), new TextEncoder().encode(text));
}
