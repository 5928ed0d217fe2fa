import { DTYPES, type DType, type ElementType } from '#core/elements/dtype.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';

/** How the elements of a dataset or an attribute are stored. */
export interface Datatype {
  /** Bytes of one element; for variable-length text those of the reference to the heap. */
  readonly itemBytes: number;
  readonly kind: 'number' | 'text' | 'variable text' | 'other';
  /** Type of a number; undefined for anything else. */
  readonly element?: ElementType;
  /** Name of the type in messages. */
  readonly name: string;
}

/** Classes of datatypes, by their numbers. */
const CLASSES = [
  'an integer',
  'a float',
  'a time',
  'text',
  'a bit field',
  'opaque',
  'a compound',
  'a reference',
  'an enumeration',
  'of variable length',
  'an array',
] as const;

const INTEGERS: Readonly<Record<string, DType>> = {
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
};

/**
 * The IEEE floats by their properties: place and bits of the exponent, bits of the mantissa, bias.
 */
const FLOATS: ReadonlyMap<string, DType> = new Map([
  ['10 5 0 10 15', 'float16'],
  ['23 8 0 23 127', 'float32'],
  ['52 11 0 52 1023', 'float64'],
]);

/** Names of the enumeration over int8 that h5py writes for `numpy.bool`. */
const BOOL_NAMES = 'FALSE TRUE';

interface Head {
  readonly version: number;
  /** The 24 bits of the class. */
  readonly bits: number;
  readonly itemBytes: number;
}

function parseInteger(fields: Fields, { bits, itemBytes }: Head): ElementType | undefined {
  const bitOffset = fields.u16();
  const precision = fields.u16();
  const dtype = INTEGERS[`${bits & 8 ? 'i' : 'u'}${itemBytes}`];
  if (dtype === undefined || bitOffset !== 0 || precision !== itemBytes * 8) return undefined;
  return { dtype, bigEndian: (bits & 1) !== 0 };
}

function parseFloating(fields: Fields, { bits, itemBytes }: Head): ElementType | undefined {
  const bitOffset = fields.u16();
  const precision = fields.u16();
  const parts = [fields.u8(), fields.u8(), fields.u8(), fields.u8(), fields.u32()];
  const dtype = FLOATS.get(parts.join(' '));
  const isVax = (bits & 0x40) !== 0;
  const hasImpliedBit = (bits & 0x30) === 0x20;
  const hasSignOnTop = bits >>> 8 === itemBytes * 8 - 1;
  const isWhole = bitOffset === 0 && precision === itemBytes * 8;
  if (dtype === undefined || isVax || !hasImpliedBit || !hasSignOnTop || !isWhole) return undefined;
  return { dtype, bigEndian: (bits & 1) !== 0 };
}

/** Parses an enumeration; the only one that is read is h5py's bool. */
function parseEnumeration(fields: Fields, { version, bits }: Head): ElementType | undefined {
  const count = bits & 0xffff;
  const isOverIntegers = ((fields.peek(1)[0] ?? 0) & 15) === 0;
  if (count !== 2 || !isOverIntegers || parseDatatype(fields).itemBytes !== 1) return undefined;
  const names = Array.from({ length: count }, () => parseMemberName(fields, version));
  const [first, second] = fields.take(2);
  const isBool = names.join(' ') === BOOL_NAMES && first === 0 && second === 1;
  return isBool ? { dtype: 'bool', bigEndian: false } : undefined;
}

/**
 * Parses the name of a member. It ends with a zero byte, and before version 3 is padded to a
 * multiple of 8 bytes.
 */
function parseMemberName(fields: Fields, version: number): string {
  const rest = fields.peek(fields.left);
  const length = rest.indexOf(0) + 1;
  return fields.text(version < 3 ? (length + 7) & ~7 : length);
}

function parseElement(fields: Fields, number: number, head: Head): ElementType | undefined {
  if (number === 0) return parseInteger(fields, head);
  if (number === 1) return parseFloating(fields, head);
  return number === 8 ? parseEnumeration(fields, head) : undefined;
}

/** Parses a datatype message. The fields are at its end afterwards if the elements are numbers. */
export function parseDatatype(fields: Fields): Datatype {
  const first = fields.u8();
  const number = first & 15;
  const bits = fields.unsigned(3);
  const itemBytes = fields.u32();
  const name = `${CLASSES[number] ?? `of class ${number}`} of ${itemBytes} bytes`;
  const element = parseElement(fields, number, { version: first >> 4, bits, itemBytes });
  if (element !== undefined) return { itemBytes, kind: 'number', element, name: element.dtype };
  if (number === 3) return { itemBytes, kind: 'text', name };
  const isVariableText = number === 9 && (bits & 15) === 1;
  return { itemBytes, kind: isVariableText ? 'variable text' : 'other', name };
}

/**
 * The element type of a dataset of numbers.
 *
 * @throws {UnsupportedSourceError} the elements are of any other type.
 */
export function numbersOf({ element, name }: Datatype, where: string): ElementType {
  if (element !== undefined) return element;
  throw new UnsupportedSourceError(
    `${where} holds elements of type "${name}", allowed are ${DTYPES.join(', ')}; save matrix.astype('float64') instead`,
  );
}
