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
export function keyBytes(
  indices: Int32Array,
  { start, end, first }: { readonly start: number; readonly end: number; readonly first: number },
): number {
  let bytes = end - start;
  for (let entry = start; entry < end; entry += 1) {
    const column = indices[entry]! - first;
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

/** Bytes of what a record holds. */
interface RecordContent {
  readonly values: number;
  readonly keys: number;
  /** How many columns there are, without that of the label. */
  readonly columns: number;
  /** Bytes of the label, 0 if there is none. */
  readonly label: number;
}

/** Lengths of an entry of a map that holds a tensor, from the inside to the outside. */
function entryLengths(tensor: number) {
  const value = fieldBytes(tensor);
  return { tensor, value, feature: FEATURE_KEY.length + fieldBytes(value) };
}

/** The lengths of a record. */
export function recordLengths({ values, keys, columns, label }: RecordContent): RecordLengths {
  const entries = values === 0 ? 0 : fieldBytes(values) + fieldBytes(keys);
  const shape = varintBytes(columns);
  const lengths = entryLengths(entries + fieldBytes(shape));
  const labelled = label === 0 ? 0 : fieldBytes(entryLengths(fieldBytes(label)).feature);
  return { values, keys, ...lengths, record: fieldBytes(lengths.feature) + labelled };
}

/** A magic number and a length stand before each record. */
const FRAME_BYTES = 8;

/** Bytes of a record with its frame, and zeros up to a multiple of four. */
export function framedBytes({ record }: RecordLengths): number {
  return FRAME_BYTES + Math.ceil(record / 4) * 4;
}

/**
 * The field of a record that has its label, without the value that it ends with.
 *
 * @param tag of the field of `Value` that the tensor is.
 * @param bytes of the value.
 */
export function labelHead(tag: number, bytes: number): Uint8Array {
  const { tensor, value, feature } = entryLengths(fieldBytes(bytes));
  return Uint8Array.of(0x12, feature, ...FEATURE_KEY, 0x12, value, tag, tensor, 0x0a, bytes);
}
