import type { AvroSchema } from './avro/avro-schema.ts';
import type { IcebergType } from './iceberg-type.ts';
import {
  daysOfText,
  microsOfTime,
  microsOfTimestamp,
  unscaledOf,
  uuidBytes,
} from './value-texts.ts';

/** A value of a column that is not nested. */
export type IcebergValue = boolean | number | bigint | string | Uint8Array;

/** How the values of a type are read from the manifest, and written for Iceberg. */
export interface ValueForm {
  /** Of a text, as SQL prints it; undefined if it is no value of the type. */
  readonly parse: (text: string) => IcebergValue | undefined;
  /** @see https://iceberg.apache.org/spec/#binary-single-value-serialization */
  readonly binary: (value: IcebergValue) => Uint8Array;
  /**
   * Of a partition's value in a manifest; its values are those that {@link parse} gives. Undefined
   * of types that no partition is made by.
   */
  readonly avro?: AvroSchema;
  /** The value as a partition's is encoded by {@link avro}; the same but of decimals. */
  readonly encoded?: (value: IcebergValue) => Uint8Array;
}

const INTEGER = /^-?\d+$/;

function numberBytes(bytes: 4 | 8, set: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(bytes));
  set(view);
  return new Uint8Array(view.buffer);
}

function int32(value: IcebergValue): Uint8Array {
  return numberBytes(4, (view) => view.setInt32(0, value as number, true));
}

function int64(value: IcebergValue): Uint8Array {
  return numberBytes(8, (view) => view.setBigInt64(0, value as bigint, true));
}

/** Big-endian, two's complement, in as few bytes as hold the sign. */
function decimalBytes(value: IcebergValue): Uint8Array {
  let bytes = 1;
  while (BigInt.asIntN(8 * bytes, value as bigint) !== value) bytes += 1;
  return fixedBytes(value, bytes);
}

function fixedBytes(value: IcebergValue, bytes: number): Uint8Array {
  const made = new Uint8Array(bytes);
  let rest = BigInt.asUintN(8 * bytes, value as bigint);
  for (let at = bytes - 1; at >= 0; at -= 1, rest >>= 8n) made[at] = Number(rest & 0xffn);
  return made;
}

function parseFloatText(text: string): number | undefined {
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? undefined : value;
}

const FORMS: Readonly<Record<string, ValueForm>> = {
  boolean: {
    parse: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
    binary: (value) => Uint8Array.of(value === true ? 1 : 0),
    avro: 'boolean',
  },
  int: {
    parse: (text) => (INTEGER.test(text) ? Number(text) : undefined),
    binary: int32,
    avro: 'int',
  },
  long: {
    parse: (text) => (INTEGER.test(text) ? BigInt(text) : undefined),
    binary: int64,
    avro: 'long',
  },
  float: {
    parse: parseFloatText,
    binary: (value) => numberBytes(4, (view) => view.setFloat32(0, value as number, true)),
  },
  double: {
    parse: parseFloatText,
    binary: (value) => numberBytes(8, (view) => view.setFloat64(0, value as number, true)),
  },
  date: { parse: daysOfText, binary: int32, avro: { type: 'int', logicalType: 'date' } },
  time: { parse: microsOfTime, binary: int64 },
  timestamp: { parse: microsOfTimestamp, binary: int64 },
  timestamptz: { parse: microsOfTimestamp, binary: int64 },
  string: {
    parse: (text) => text,
    binary: (value) => new TextEncoder().encode(value as string),
    avro: 'string',
  },
  uuid: {
    parse: uuidBytes,
    // Without `avro`: pyiceberg 0.12 finds no file by the UUID of its partition.
    binary: (value) => value as Uint8Array,
  },
};

const DECIMAL = /^decimal\((\d+), (\d+)\)$/;

function decimalForm(precision: number, scale: number): ValueForm {
  const most = 10n ** BigInt(precision) - 1n;
  const size = decimalBytes(most).length;
  return {
    parse: (text) => unscaledOf(text, scale),
    binary: decimalBytes,
    avro: {
      ...{ type: 'fixed', name: `decimal_${precision}_${scale}`, size },
      ...{ logicalType: 'decimal', precision, scale },
    },
    encoded: (value) => fixedBytes(value, size),
  };
}

/** How values of a type are written; undefined for nested ones and bytes, which have no texts. */
export function valueForm(type: IcebergType): ValueForm | undefined {
  if (typeof type !== 'string') return undefined;
  const [, precision, scale] = DECIMAL.exec(type) ?? [];
  if (precision !== undefined) return decimalForm(Number(precision), Number(scale));
  return Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
}

/** Below 0 if `a` is less than `b`, texts by their bytes. Both are of one type. */
export function compareIceberg(a: IcebergValue, b: IcebergValue): number {
  if (typeof a === 'string' || typeof a === 'object') {
    return Buffer.compare(bytesOfValue(a), bytesOfValue(b));
  }
  return a < b ? -1 : Number(a > b);
}

function bytesOfValue(value: IcebergValue): Uint8Array {
  return typeof value === 'string' ? new TextEncoder().encode(value) : (value as Uint8Array);
}

/** Zero is the one value that is written in two ways: a bound is the one that is further out. */
function outward(value: IcebergValue, bound: 'lower' | 'upper'): IcebergValue {
  if (typeof value !== 'number' || value !== 0) return value;
  return bound === 'lower' ? -0 : 0;
}

/** A bound of a column as Iceberg has it; undefined where its type has none. */
export function boundBytes(
  type: IcebergType,
  text: string,
  bound: 'lower' | 'upper',
): Uint8Array | undefined {
  const form = valueForm(type);
  const value = form?.parse(text);
  return value === undefined ? undefined : form!.binary(outward(value, bound));
}
