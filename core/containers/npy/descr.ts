import { DTYPES, type DType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { UnsupportedSourceError } from '#core/errors.ts';

/** Element type and byte order of an array. */
interface ElementType {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/** The dtypes that are read, by NumPy's type code. */
const CODES: ReadonlyMap<string, DType> = new Map([
  ['b1', 'bool'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i8', 'int64'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['f2', 'float16'],
  ['f4', 'float32'],
  ['f8', 'float64'],
]);

/** NumPy's type string of little-endian elements, such as `<f8` or `|b1`. */
export function descrOf(dtype: DType): string {
  const [code = ''] = [...CODES].find(([, known]) => known === dtype) ?? [];
  return `${ITEM_BYTES[dtype] === 1 ? '|' : '<'}${code}`;
}

/** Name of a type that is refused, and the Python expression of a matrix to save instead. */
type Refusal = readonly [name: string, fix: string];

const COMPLEX: Refusal = ['complex numbers', 'matrix.real'];
const LONG_DOUBLE: Refusal = ['long doubles', "matrix.astype('float64')"];
const OBJECT: Refusal = ['pickled Python objects', "matrix.astype('float64')"];

/** Types that a sparse matrix may have in Python, but that are refused. */
const REFUSED: ReadonlyMap<string, Refusal> = new Map([
  ['c8', COMPLEX],
  ['c16', COMPLEX],
  ['c32', COMPLEX],
  ['f12', LONG_DOUBLE],
  ['f16', LONG_DOUBLE],
  ['O', OBJECT],
  ['O8', OBJECT],
]);

/**
 * Turns the `descr` of a npy header, such as `<f8`, `>i4` or `|b1`, into an element type.
 *
 * @param where name of the array in messages.
 * @throws {UnsupportedSourceError} complex, long double, object, text, date or structured elements.
 */
export function parseDescr(descr: string, where: string): ElementType {
  const code = descr.slice(1);
  const dtype = CODES.get(code);
  const order = descr.charAt(0);
  if (dtype !== undefined && (order === '<' || order === '>' || descr.endsWith('1'))) {
    return { dtype, bigEndian: order === '>' };
  }
  const [name, fix] = REFUSED.get(code) ?? ['elements', "matrix.astype('float64')"];
  throw new UnsupportedSourceError(
    `${where} holds ${name} of type ${descr}, allowed are ${DTYPES.join(', ')}; save ${fix} instead`,
  );
}
