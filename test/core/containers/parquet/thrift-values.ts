import { THRIFT } from '#core/containers/parquet/compact-reader.ts';

/** A value of the Thrift compact protocol, encoded. */
export interface ThriftValue {
  readonly type: number;
  readonly bytes: readonly number[];
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 0x80);
  return [...bytes, Number(rest)];
}

export function integer(value: number | bigint, type: number = THRIFT.i64): ThriftValue {
  const wide = BigInt(value);
  return { type, bytes: varint(wide < 0n ? -2n * wide - 1n : 2n * wide) };
}

export function i32(value: number): ThriftValue {
  return integer(value, THRIFT.i32);
}

export function binary(bytes: Uint8Array): ThriftValue {
  return { type: THRIFT.binary, bytes: [...varint(BigInt(bytes.length)), ...bytes] };
}

export function text(value: string): ThriftValue {
  return binary(Buffer.from(value));
}

export function boolean(value: boolean): ThriftValue {
  return { type: value ? THRIFT.true : THRIFT.false, bytes: [] };
}

/** @param count what the list says; by default what it has. */
export function list(values: readonly ThriftValue[], count = values.length): ThriftValue {
  const type = values[0]?.type ?? THRIFT.struct;
  const head = count < 15 ? [(count << 4) | type] : [0xf0 | type, ...varint(BigInt(count))];
  return { type: THRIFT.list, bytes: [...head, ...values.flatMap(({ bytes }) => bytes)] };
}

/** A field whose value is undefined is left out. */
export function struct(fields: Readonly<Record<number, ThriftValue | undefined>>): ThriftValue {
  let last = 0;
  const bytes = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const delta = Number(key) - last;
    last = Number(key);
    const head =
      delta < 16 ? [(delta << 4) | value.type] : [value.type, ...varint(BigInt(2 * last))];
    return [...head, ...value.bytes];
  });
  return { type: THRIFT.struct, bytes: [...bytes, 0] };
}
