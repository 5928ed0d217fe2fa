import type { SchemaLeaf } from './schema-types.ts';

/** The least or greatest value of a column, so that two of them can be compared. */
export type StatisticValue = bigint | number | Uint8Array;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A decimal of 38 digits takes 16 bytes. */
const MAX_DECIMAL_BYTES = 16;

/** A signed integer, its most significant byte first. */
function bigEndian(bytes: Uint8Array): bigint | undefined {
  if (bytes.length === 0 || bytes.length > MAX_DECIMAL_BYTES) return undefined;
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}

function integer(bytes: Uint8Array, { physical, logical }: SchemaLeaf): bigint | undefined {
  const width = physical === 'INT32' ? 4 : 8;
  if (bytes.length !== width) return undefined;
  const view = viewOf(bytes);
  const value = width === 4 ? BigInt(view.getInt32(0, true)) : view.getBigInt64(0, true);
  const isSigned = logical?.kind !== 'integer' || logical.isSigned;
  return isSigned ? value : BigInt.asUintN(8 * width, value);
}

/** Not a number has no place in the order, so there is no least or greatest value then. */
function float(bytes: Uint8Array, width: 4 | 8): number | undefined {
  if (bytes.length !== width) return undefined;
  const view = viewOf(bytes);
  const value = width === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true);
  return Number.isNaN(value) ? undefined : value;
}

/**
 * Reads a statistic of a column; undefined if its type has no order that all readers agree on, or
 * the bytes are no value of it.
 */
export function statisticValue(bytes: Uint8Array, leaf: SchemaLeaf): StatisticValue | undefined {
  const { physical, logical } = leaf;
  if (physical === 'BOOLEAN') return bytes.length === 1 ? BigInt(bytes[0]!) : undefined;
  if (physical === 'INT32' || physical === 'INT64') return integer(bytes, leaf);
  if (physical === 'FLOAT') return float(bytes, 4);
  if (physical === 'DOUBLE') return float(bytes, 8);
  if (logical?.kind === 'decimal') return bigEndian(bytes);
  const isText = logical?.kind === 'string' || logical?.kind === 'enum' || logical?.kind === 'json';
  if (isText && physical === 'BYTE_ARRAY') return bytes;
  return logical?.kind === 'uuid' && bytes.length === 16 ? bytes : undefined;
}

/** Below 0 if `a` is less than `b`; texts by their UTF-8 bytes. Both are of one column. */
export function compareValues(a: StatisticValue, b: StatisticValue): number {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a < b ? -1 : a > b ? 1 : 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
