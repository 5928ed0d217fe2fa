import { UnsupportedSourceError } from '#core/errors.ts';
import { DTYPES, type DType } from '#core/sparse/dtype.ts';

/** Element type and byte order of an array. */
interface ElementType {
  readonly dtype: DType;
  readonly bigEndian: boolean;
}

/** NumPy's type codes of the dtypes that are read. */
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

/** What the other kinds are called, and the Python expression that turns them into one that is read. */
const REFUSED: Readonly<Record<string, readonly [name: string, fix: string]>> = {
  c: ['complex numbers', 'matrix.real'],
  f: ['long doubles', "matrix.astype('float64')"],
  O: ['pickled Python objects', "matrix.astype('float64')"],
};

/**
 * Turns the `descr` of a npy header, such as `<f8`, `>i4` or `|b1`, into an element type.
 *
 * @param where names the array in messages.
 * @throws {UnsupportedSourceError} complex, long double, object, text, date or structured elements.
 */
export function parseDescr(descr: string, where: string): ElementType {
  const dtype = CODES.get(descr.slice(1));
  const order = descr.charAt(0);
  if (dtype !== undefined && (order === '<' || order === '>' || descr.endsWith('1'))) {
    return { dtype, bigEndian: order === '>' };
  }
  const [name, fix] = REFUSED[descr.charAt(1)] ?? ['elements', "matrix.astype('float64')"];
  throw new UnsupportedSourceError(
    `${where} holds ${name} of type ${descr}, allowed are ${DTYPES.join(', ')}; save ${fix} instead`,
  );
}
