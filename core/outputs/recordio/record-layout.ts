/** Bytes of a number in protobuf: seven bits per byte. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

/** Writes a number; returns the offset after it. */
export function writeVarint(value: number, target: Uint8Array, at: number): number {
  let to = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[to++] = 0x80 | (rest % 0x80);
  target[to++] = rest;
  return to;
}

/** Bytes of a field that holds `bytes` bytes: a tag, their number, and they themselves. */
function fieldBytes(bytes: number): number {
  return 1 + varintBytes(bytes) + bytes;
}

/** Sum of the bytes of column numbers. */
export function keyBytes(indices: Int32Array, start: number, end: number): number {
  let bytes = end - start;
  for (let entry = start; entry < end; entry += 1) {
    const column = indices[entry]!;
    if (column < 0x80) continue;
    bytes += column < 0x4000 ? 1 : column < 0x200000 ? 2 : column < 0x10000000 ? 3 : 4;
  }
  return bytes;
}

/** Lengths of the parts of a record, the inner ones first. */
export interface RecordLengths {
  readonly values: number;
  readonly keys: number;
  readonly tensor: number;
  /** The `Value` that holds the tensor. */
  readonly value: number;
  /** The entry of the map of features, with its key. */
  readonly feature: number;
  /** The record, as RecordIO counts it. */
  readonly record: number;
}

/** `values`, the key of a map of features with one tensor, as a field. */
export const FEATURE_KEY = Uint8Array.of(0x0a, 6, ...new TextEncoder().encode('values'));

/** @param shape bytes of the number of columns. */
export function recordLengths(values: number, keys: number, shape: number): RecordLengths {
  const entries = values === 0 ? 0 : fieldBytes(values) + fieldBytes(keys);
  const tensor = entries + fieldBytes(shape);
  const value = fieldBytes(tensor);
  const feature = FEATURE_KEY.length + fieldBytes(value);
  return { values, keys, tensor, value, feature, record: fieldBytes(feature) };
}

/** A magic number and a length stand before each record. */
const FRAME_BYTES = 8;

/** Bytes of a record with its frame, and zeros up to a multiple of four. */
export function framedBytes({ record }: RecordLengths): number {
  return FRAME_BYTES + Math.ceil(record / 4) * 4;
}
