import { PHYSICAL } from '#core/containers/parquet/write-file.ts';
import type { CsrData } from '#core/elements/csr-data.ts';
import type { DType } from '#core/elements/dtype.ts';

/** How values of a dtype lie in Parquet. */
export interface ValueType {
  readonly type: number;
  /** Numbers of `ConvertedType`: integers that are narrower, or without a sign. */
  readonly convertedType?: number;
  /** Bytes of a value; of truth values, of which eight share a byte, the most. */
  readonly bytes: number;
}

export const VALUE_TYPES: Readonly<Record<DType, ValueType>> = {
  bool: { type: PHYSICAL.boolean, bytes: 1 },
  int8: { type: PHYSICAL.int32, convertedType: 15, bytes: 4 },
  int16: { type: PHYSICAL.int32, convertedType: 16, bytes: 4 },
  int32: { type: PHYSICAL.int32, bytes: 4 },
  int64: { type: PHYSICAL.int64, bytes: 8 },
  uint8: { type: PHYSICAL.int32, convertedType: 11, bytes: 4 },
  uint16: { type: PHYSICAL.int32, convertedType: 12, bytes: 4 },
  uint32: { type: PHYSICAL.int32, convertedType: 13, bytes: 4 },
  uint64: { type: PHYSICAL.int64, convertedType: 14, bytes: 8 },
  float16: { type: PHYSICAL.float, bytes: 4 },
  float32: { type: PHYSICAL.float, bytes: 4 },
  float64: { type: PHYSICAL.double, bytes: 8 },
};

export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Values as they are held for a row group: a byte for a truth value, else as in the file. */
export function heldValues(data: CsrData, dtype: DType): Uint8Array {
  const { type, bytes } = VALUE_TYPES[dtype];
  if (type === PHYSICAL.boolean || data.BYTES_PER_ELEMENT === bytes) return bytesOf(data);
  return bytesOf(new Int32Array(data as Int8Array | Int16Array | Uint8Array | Uint16Array));
}

/** Truth values as they lie in a page: eight in a byte, the first one lowest. */
export function packedBits(held: Uint8Array): Uint8Array {
  const bits = new Uint8Array(Math.ceil(held.length / 8));
  for (let i = 0; i < held.length; i += 1) bits[i >> 3]! |= held[i]! << (i & 7);
  return bits;
}
