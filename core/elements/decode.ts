import type { CsrData } from './csr-data.ts';
import { type DType, type ElementType, ITEM_BYTES } from './dtype.ts';

/** Bytes as `source.read` returns them: alone in their buffer, from byte 0. */
type OwnBytes = Uint8Array<ArrayBuffer>;

const ARRAYS: Readonly<
  Record<
    Exclude<DType, 'bool' | 'float16'>,
    new (
      buffer: ArrayBuffer,
      offset?: number,
      length?: number,
    ) => CsrData
  >
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
 * Reverses the bytes of each big-endian element in place: the processors of Lambda and of every
 * desktop are little-endian.
 */
function swapBytes({ buffer }: OwnBytes, { dtype, bigEndian }: ElementType): void {
  if (!bigEndian) return;
  const bytes = Buffer.from(buffer);
  if (ITEM_BYTES[dtype] === 2) bytes.swap16();
  if (ITEM_BYTES[dtype] === 4) bytes.swap32();
  if (ITEM_BYTES[dtype] === 8) bytes.swap64();
}

/**
 * Little-endian bytes as values of a dtype, without a copy but for float16, which is widened into a
 * new array. A bool is its byte.
 */
export function valuesIn(
  buffer: ArrayBuffer,
  dtype: DType,
  { offset, length }: { readonly offset: number; readonly length: number },
): CsrData {
  if (dtype === 'float16') return new Float32Array(new Float16Array(buffer, offset, length));
  return new ARRAYS[dtype === 'bool' ? 'uint8' : dtype](buffer, offset, length);
}

/**
 * Turns the bytes of a run of `data` into values. float16 is widened into a new array, and bool
 * becomes a new array of 0 and 1 (any byte but 0 is true); every other result reuses the bytes.
 *
 * @example
 * const bytes = await source.read({ offset: 128, length: 80 });
 * const values = decodeValues(bytes, { dtype: 'float64', bigEndian: false });
 * console.log(values.length); // 10
 */
export function decodeValues(bytes: OwnBytes, stored: ElementType): CsrData {
  swapBytes(bytes, stored);
  if (stored.dtype === 'bool') return bytes.map((byte) => (byte === 0 ? 0 : 1));
  const length = bytes.length / ITEM_BYTES[stored.dtype];
  return valuesIn(bytes.buffer, stored.dtype, { offset: 0, length });
}

/** int64 as doubles, each from two 32-bit halves. The result reuses the bytes. */
function toDoubles({ buffer }: OwnBytes): Float64Array {
  const words = new Int32Array(buffer);
  const numbers = new Float64Array(buffer);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
  }
  return numbers;
}

/**
 * Turns numbers that were read as int64 into those of uint64, in place. It is a pass of its own,
 * because a choice in the loop of int64 makes that three times as slow.
 */
function makeUnsigned(numbers: Float64Array): void {
  for (let i = 0; i < numbers.length; i++) if (numbers[i]! < 0) numbers[i]! += 2 ** 64;
}

/**
 * Turns the bytes of a run of `indptr` or `indices`, integers of any type, into numbers. Of int32
 * and the 64-bit types the result reuses the bytes.
 *
 * 64 bits become doubles: a BigInt for each would take ten times as long. Doubles are exact up to
 * 2^53. A number above 2^53 is rounded but stays above, so every check against a length still
 * refuses it.
 */
export function decodeIndices(bytes: OwnBytes, stored: ElementType): Int32Array | Float64Array {
  const { dtype } = stored;
  if (dtype === 'int64' || dtype === 'uint64') {
    swapBytes(bytes, stored);
    const numbers = toDoubles(bytes);
    if (dtype === 'uint64') makeUnsigned(numbers);
    return numbers;
  }
  const numbers = decodeValues(bytes, stored);
  if (numbers instanceof Int32Array) return numbers;
  const values = numbers as Exclude<CsrData, BigInt64Array | BigUint64Array>;
  return dtype === 'uint32' ? new Float64Array(values) : new Int32Array(values);
}
