import type { CsrData } from './csr-data.ts';
import { type DType, type ElementType, ITEM_BYTES } from './dtype.ts';

/** Bytes as `source.read` returns them: a buffer of their own. */
type OwnBytes = Uint8Array<ArrayBuffer>;

const ARRAYS: Readonly<
  Record<Exclude<DType, 'bool' | 'float16'>, new (buffer: ArrayBuffer) => CsrData>
> = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * Reverses the bytes of each element in place where they are stored big-endian; Lambda's and every
 * desktop's processors are little-endian.
 */
function swapBytes({ buffer }: OwnBytes, { dtype, bigEndian }: ElementType): void {
  if (!bigEndian) return;
  const bytes = Buffer.from(buffer);
  if (ITEM_BYTES[dtype] === 2) bytes.swap16();
  if (ITEM_BYTES[dtype] === 4) bytes.swap32();
  if (ITEM_BYTES[dtype] === 8) bytes.swap64();
}

/**
 * Lays values over the bytes of a run of `data`, which are reused: bool becomes 0 or 1 (any byte but
 * 0 is true), float16 is widened into a new array, everything else stays as it is.
 */
export function decodeValues(bytes: OwnBytes, stored: ElementType): CsrData {
  swapBytes(bytes, stored);
  if (stored.dtype === 'bool') return bytes.map((byte) => (byte === 0 ? 0 : 1));
  if (stored.dtype === 'float16') return new Float32Array(new Float16Array(bytes.buffer));
  return new ARRAYS[stored.dtype](bytes.buffer);
}

/**
 * Lays numbers over the bytes of a run of `indptr` or `indices`, which are reused.
 *
 * int64 becomes doubles, from two 32-bit halves because a BigInt each would take ten times as long:
 * exact up to 2^53; what is beyond stays beyond, so a check against any length finds it.
 */
export function decodeIndices(bytes: OwnBytes, stored: ElementType): Int32Array | Float64Array {
  swapBytes(bytes, stored);
  const words = new Int32Array(bytes.buffer);
  if (stored.dtype === 'int32') return words;
  const numbers = new Float64Array(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
  }
  return numbers;
}
