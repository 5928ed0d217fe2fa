import { readScalarText, readSmallIntegers } from '#core/containers/npy/small-values.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import { type ArrayFile, type MemberName, missingArray, noMatrix } from './array-file.ts';

/** The arrays of each format besides `format` and `shape`. */
const ARRAYS_OF = {
  csr: ['indptr', 'indices', 'data'],
  csc: ['indptr', 'indices', 'data'],
  coo: ['row', 'col', 'data'],
  bsr: ['indptr', 'indices', 'data'],
  dia: ['offsets', 'data'],
} as const satisfies Readonly<Record<string, readonly MemberName[]>>;

/** How SciPy stores a sparse matrix. */
export type ArrayFormat = keyof typeof ARRAYS_OF;

const FORMATS = Object.keys(ARRAYS_OF) as readonly ArrayFormat[];

/** What pydata/sparse calls CSR and CSC. */
const GCXS = 'gcxs';

const NAMES = [...FORMATS, GCXS] as const;

/** The arrays that a matrix of this format is read from. */
export function arraysOf(format: ArrayFormat, file: ArrayFile): readonly MemberName[] {
  return format === 'coo' && file.has('coords') ? ['coords', 'data'] : ARRAYS_OF[format];
}

/**
 * The format by the axis that a GCXS matrix of pydata/sparse compresses: its rows or its columns.
 * Undefined where none is named.
 */
async function readCompressedAxis(file: ArrayFile): Promise<'csr' | 'csc' | undefined> {
  if (!file.has('compressed_axes')) return undefined;
  const { source, header } = await file.read('compressed_axes');
  const axes = await readSmallIntegers(source, header);
  if (axes.length === 1 && axes[0] === 0) return 'csr';
  if (axes.length === 1 && axes[0] === 1) return 'csc';
  throw new CorruptSourceError(
    `${file.uri} has compressed_axes of ${axes.join(', ')}, expected 0 (rows) or 1 (columns); save it again`,
  );
}

/** Of CSR and CSC, those whose `indptr` has the length that there is. */
async function fittingFormats(
  file: ArrayFile,
  [rows, columns]: MatrixLayout['shape'],
): Promise<readonly ArrayFormat[]> {
  const { header } = await file.read('indptr');
  const [length = 0] = header.shape;
  const expected = { csr: rows + 1, csc: columns + 1 } as const;
  const fitting = (['csr', 'csc'] as const).filter((format) => expected[format] === length);
  if (fitting.length > 0) return fitting;
  throw new CorruptSourceError(
    `${file.uri} has shape ${rows} × ${columns} and ${length} elements in indptr, expected ${expected.csr} as CSR or ${expected.csc} as CSC; save it again with scipy.sparse.save_npz`,
  );
}

/** All formats that the arrays may be of, where nothing says which. */
async function possibleFormats(
  file: ArrayFile,
  shape: MatrixLayout['shape'],
): Promise<readonly ArrayFormat[]> {
  const holds = (format: ArrayFormat) => arraysOf(format, file).every((name) => file.has(name));
  const possible: ArrayFormat[] = (['coo', 'dia'] as const).filter(holds);
  if (!holds('csr')) return possible;
  const { header } = await file.read('data');
  const isBlocks = header.shape.length === 3;
  return [...(isBlocks ? (['bsr'] as const) : await fittingFormats(file, shape)), ...possible];
}

/**
 * Finds the format by the arrays that there are, and by the length of `indptr`.
 *
 * @throws {UnsupportedSourceError} they are no matrix, or leave a doubt; names what they may be.
 * @throws {CorruptSourceError} they do not fit the shape.
 */
async function inferFormat(file: ArrayFile, shape: MatrixLayout['shape']): Promise<ArrayFormat> {
  const possible = await possibleFormats(file, shape);
  const [format] = possible;
  if (format === undefined) throw noMatrix(file);
  const isClear = possible.length === 1;
  if (isClear || (file.isCsrByDefault && possible.join() === 'csr,csc')) return format;
  throw new UnsupportedSourceError(
    `${file.uri} has no format.npy, and its arrays of shape ${shape.join(' × ')} may be ${possible.join(' or ')}; save the matrix with scipy.sparse.save_npz(path, matrix)`,
  );
}

/**
 * Reads the name of the format.
 *
 * @throws {UnsupportedSourceError} it is neither one of SciPy's nor GCXS.
 */
async function readFormat(file: ArrayFile): Promise<ArrayFormat | typeof GCXS> {
  const { source, header } = await file.read('format');
  const name = await readScalarText(source, header);
  const format = NAMES.find((known) => known === name);
  if (format !== undefined) return format;
  throw new UnsupportedSourceError(
    `${file.uri} is in the unknown format ${JSON.stringify(name)}, allowed are ${FORMATS.join(', ')}; save it with scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)`,
  );
}

/**
 * Finds the format of a matrix: by `format`, or by its other arrays if they leave no doubt.
 *
 * @throws {UnsupportedSourceError} no matrix, one of an unknown format, or of a doubtful one.
 * @throws {CorruptSourceError} the arrays contradict each other.
 */
export async function findArrayFormat(
  file: ArrayFile,
  shape: MatrixLayout['shape'],
): Promise<ArrayFormat> {
  const axis = await readCompressedAxis(file);
  const name = file.has('format') ? await readFormat(file) : axis;
  if (name === GCXS && axis === undefined) throw missingArray(file, 'compressed_axes');
  const format = (name === GCXS ? axis : name) ?? (await inferFormat(file, shape));
  if (axis === undefined || axis === format) return format;
  throw new CorruptSourceError(
    `${file.uri} says ${format} in format.npy and ${axis} in compressed_axes.npy, expected the same; save it again`,
  );
}
