import type { CompactReader, ThriftField } from './compact-reader.ts';
import type { LogicalType, PlainKind, SecondDigits } from './schema-types.ts';

const CONVERTED: readonly PlainKind[] = ['string', 'map', 'map', 'list', 'enum'];
const CONVERTED_DECIMAL = 5;
const CONVERTED_DATE = 6;
const CONVERTED_TIMESTAMP = 9;
const CONVERTED_INTEGER = 11;
const CONVERTED_REST: readonly PlainKind[] = ['json', 'bson', 'interval'];

/**
 * The older way to say what values mean. Its times have no zone here, as the engine reads them.
 *
 * @param type number of the `ConvertedType`.
 */
export function fromConverted(
  type: number,
  decimal: { readonly precision: number; readonly scale: number },
): LogicalType {
  if (type < CONVERTED_DECIMAL) return { kind: CONVERTED[type] ?? 'other' };
  if (type === CONVERTED_DECIMAL) return { kind: 'decimal', ...decimal };
  if (type === CONVERTED_DATE) return { kind: 'date' };
  const digits = type % 2 === 1 ? 3 : 6;
  if (type < CONVERTED_TIMESTAMP) return { kind: 'time', isUtc: false, digits };
  if (type < CONVERTED_INTEGER) return { kind: 'timestamp', isUtc: false, digits };
  const power = type - CONVERTED_INTEGER;
  if (power < 8) return { kind: 'integer', bits: 8 * 2 ** (power % 4), isSigned: power >= 4 };
  return { kind: CONVERTED_REST[power - 8] ?? 'other' };
}

function readDecimal(reader: CompactReader, type: number): LogicalType {
  let scale = 0;
  let precision = 0;
  reader.structOf(type, (field) => {
    if (field.id === 1) scale = reader.integer(field.type);
    else if (field.id === 2) precision = reader.integer(field.type);
    else reader.skip(field.type);
  });
  return { kind: 'decimal', precision, scale };
}

/** Units by their number in the union. */
const DIGITS: Readonly<Record<number, SecondDigits>> = { 1: 3, 2: 6, 3: 9 };

function readDigits(reader: CompactReader, type: number): SecondDigits | undefined {
  let digits: SecondDigits | undefined;
  reader.structOf(type, (unit) => {
    digits = DIGITS[unit.id];
    reader.skip(unit.type);
  });
  return digits;
}

function readTime(reader: CompactReader, type: number, kind: 'time' | 'timestamp'): LogicalType {
  let isUtc = false;
  let digits: SecondDigits | undefined;
  reader.structOf(type, (field) => {
    if (field.id === 1) isUtc = reader.boolean(field.type);
    else if (field.id === 2) digits = readDigits(reader, field.type);
    else reader.skip(field.type);
  });
  return digits === undefined ? { kind: 'other' } : { kind, isUtc, digits };
}

function readInteger(reader: CompactReader, type: number): LogicalType {
  let bits = 0;
  let isSigned = false;
  reader.structOf(type, (field) => {
    if (field.id === 1) bits = reader.byte(field.type);
    else if (field.id === 2) isSigned = reader.boolean(field.type);
    else reader.skip(field.type);
  });
  return { kind: 'integer', bits, isSigned };
}

/** Members of the union `LogicalType` without parameters, by their number. */
const PLAIN: Readonly<Record<number, PlainKind>> = {
  ...{ 1: 'string', 2: 'map', 3: 'list', 4: 'enum', 6: 'date', 11: 'null', 12: 'json', 13: 'bson' },
  ...{ 14: 'uuid', 15: 'float16' },
};

function readMember(reader: CompactReader, { id, type }: ThriftField): LogicalType {
  if (id === 5) return readDecimal(reader, type);
  if (id === 7 || id === 8) return readTime(reader, type, id === 7 ? 'time' : 'timestamp');
  if (id === 10) return readInteger(reader, type);
  reader.skip(type);
  return { kind: PLAIN[id] ?? 'other' };
}

/** Reads the union `LogicalType`. @throws {CorruptSourceError} it is none. */
export function readLogicalType(reader: CompactReader, type: number): LogicalType {
  let logical: LogicalType = { kind: 'other' };
  reader.structOf(type, (member) => {
    logical = readMember(reader, member);
  });
  return logical;
}
