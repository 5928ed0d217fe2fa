import { parseDescr } from '#core/containers/npy/descr.ts';
import { readScalarNumber, readSmallIntegers } from '#core/containers/npy/small-values.ts';
import { isFloat } from '#core/elements/dtype.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import { checkShape } from '#core/sparse/layout/assemble-csr.ts';
import type { MatrixLayout } from '#core/sparse/layout/matrix-layout.ts';
import type { FillValue } from '#core/sparse/matrix-facts.ts';
import { type ArrayFile, noMatrix } from './array-file.ts';
import { type ArrayFormat, findArrayFormat } from './array-format.ts';

/** What a file says of its sparse matrix, whatever the format. */
export interface MatrixHeader {
  readonly format: ArrayFormat;
  readonly shape: MatrixLayout['shape'];
  readonly fillValue: FillValue | undefined;
}

async function readShape(file: ArrayFile): Promise<readonly number[]> {
  const { source, header } = await file.read('shape');
  return await readSmallIntegers(source, header);
}

/**
 * Reads what cells that are not stored hold, where it is not zero.
 *
 * @throws {UnsupportedSourceError} it is neither zero nor NaN; or NaN where that cannot be: of
 * integers, or of diagonals, whose zeros are left out.
 */
async function readFill(file: ArrayFile, format: ArrayFormat): Promise<FillValue | undefined> {
  if (!file.has('fill_value')) return undefined;
  const { source, header } = await file.read('fill_value');
  const fill = await readScalarNumber(source, header);
  if (Object.is(fill, 0) || fill === 0n) return undefined;
  const data = await file.read('data');
  const isFloatData = isFloat(parseDescr(data.header.descr, data.header.where).dtype);
  if (Number.isNaN(fill) && isFloatData && format !== 'dia') return 'NaN';
  const shown = Object.is(fill, -0) ? '-0.0' : fill;
  throw new UnsupportedSourceError(
    `${file.uri} has a fill_value of ${shown} in the cells that are not stored, allowed are 0, and NaN of floats; save it with scipy.sparse.save_npz(path, scipy.sparse.csr_matrix(matrix.todense()))`,
  );
}

/**
 * Reads the format, the shape and the fill value of a matrix. Where no format is stored, it follows
 * from the arrays.
 *
 * @param given the shape, where it is known otherwise. @default what `shape` says
 * @throws {UnsupportedSourceError} the format is unknown or in doubt, it has not two dimensions, or
 * unstored cells hold neither zero nor NaN.
 * @throws {CorruptSourceError} an array is missing or damaged, or two contradict each other.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export async function readMatrixHeader(
  file: ArrayFile,
  given?: readonly number[],
): Promise<MatrixHeader> {
  if (given === undefined && !file.has('shape') && !file.has('format')) throw noMatrix(file);
  const shape = checkShape(file.uri, given ?? (await readShape(file)));
  const format = await findArrayFormat(file, shape);
  return { format, shape, fillValue: await readFill(file, format) };
}
