import { parseDescr } from '#core/containers/npy/descr.ts';
import {
  readScalarNumber,
  readScalarText,
  readSmallIntegers,
} from '#core/containers/npy/small-values.ts';
import { isFloat } from '#core/elements/dtype.ts';
import { UnsupportedSourceError } from '#core/errors.ts';
import type { FillValue } from '#core/sparse/matrix-facts.ts';
import type { EntrySource } from '#core/sparse/stage/entry-source.ts';
import type { ArrayFile, MemberName } from './array-file.ts';
import { ENTRY_FORMATS, type NpzEntries } from './open-entries.ts';

/** What a file says of its sparse matrix, whatever the format. */
export interface MatrixHeader {
  /** The shape as stored: any number of dimensions, possibly negative. */
  readonly shape: readonly number[];
  readonly fillValue: FillValue | undefined;
  /** Opens the entries; undefined for CSR. */
  readonly openEntries: ((entries: NpzEntries) => Promise<EntrySource>) | undefined;
}

const SAVE = 'scipy.sparse.save_npz(path, matrix.tocsr(), compressed=False)';

async function readShape(file: ArrayFile): Promise<readonly number[]> {
  const { source, header } = await file.read('shape');
  return await readSmallIntegers(source, header);
}

async function lengthsOf(file: ArrayFile, name: MemberName): Promise<readonly number[]> {
  const { header } = await file.read(name);
  return header.shape;
}

/** CSR or CSC, which have the same arrays; undefined where their lengths fit both. */
async function orderOf(file: ArrayFile): Promise<'csr' | 'csc' | undefined> {
  if (file.has('compressed_axes')) {
    const { source, header } = await file.read('compressed_axes');
    const [axis, ...others] = await readSmallIntegers(source, header);
    if (others.length === 0) return axis === 0 ? 'csr' : 'csc';
  }
  const [rows = 0, columns = 0] = await readShape(file);
  if (rows === columns) return undefined;
  const [bounds = 0] = await lengthsOf(file, 'indptr');
  if (bounds === rows + 1) return 'csr';
  return bounds === columns + 1 ? 'csc' : undefined;
}

/** The format of a matrix that has no member `format`: it follows from the others. */
async function inferFormat(uri: string, file: ArrayFile): Promise<string> {
  const has = (...names: readonly MemberName[]) => names.every((name) => file.has(name));
  if (has('shape', 'data', 'coords') || has('shape', 'data', 'row', 'col')) return 'coo';
  if (has('shape', 'data', 'offsets')) return 'dia';
  if (has('shape', 'data', 'indptr', 'indices')) {
    const { length } = await lengthsOf(file, 'data');
    const format = length === 3 ? 'bsr' : await orderOf(file);
    if (format !== undefined) return format;
    throw new UnsupportedSourceError(
      `${uri} has an indptr of ${await lengthsOf(file, 'indptr')} elements and the shape ${(await readShape(file)).join(' × ')}, but no format that says whether these are rows (csr) or columns (csc), and the shape does not decide; save it with ${SAVE}`,
    );
  }
  const names = file.names.slice(0, 8).join(', ') || 'nothing';
  throw new UnsupportedSourceError(
    `${uri} holds ${names}, but no format.npy, so it is no sparse matrix; save one with ${SAVE}`,
  );
}

async function readFormat(uri: string, file: ArrayFile): Promise<string> {
  if (!file.has('format')) return await inferFormat(uri, file);
  const { source, header } = await file.read('format');
  return await readScalarText(source, header);
}

/**
 * Reads what cells that are not stored hold, where it is not zero.
 *
 * @throws {UnsupportedSourceError} it is neither zero nor NaN.
 */
async function readFill(uri: string, file: ArrayFile): Promise<FillValue | undefined> {
  if (!file.has('fill_value')) return undefined;
  const { source, header } = await file.read('fill_value');
  const fill = await readScalarNumber(source, header);
  if (Object.is(fill, 0) || fill === 0n) return undefined;
  const data = await file.read('data');
  const isFloatData = isFloat(parseDescr(data.header.descr, data.header.where).dtype);
  if (Number.isNaN(fill) && isFloatData) return 'NaN';
  const shown = Object.is(fill, -0) ? '-0.0' : fill;
  throw new UnsupportedSourceError(
    `${uri} has a fill_value of ${shown} in the cells that are not stored, allowed are 0, and NaN of floats; save it with scipy.sparse.save_npz(path, scipy.sparse.csr_matrix(matrix.todense()))`,
  );
}

/**
 * Reads the format, the shape and the fill value of a matrix. Where no format is stored, it follows
 * from the arrays.
 *
 * @param uri names the source in messages.
 * @throws {UnsupportedSourceError} the format is unknown or in doubt, or unstored cells hold
 * neither zero nor NaN.
 * @throws {CorruptSourceError} a value is damaged.
 */
export async function readMatrixHeader(uri: string, file: ArrayFile): Promise<MatrixHeader> {
  const format = await readFormat(uri, file);
  const openEntries = ENTRY_FORMATS.get(format);
  if (format !== 'csr' && openEntries === undefined) {
    throw new UnsupportedSourceError(
      `${uri} is in the unknown format ${JSON.stringify(format)}, allowed are csr, ${[...ENTRY_FORMATS.keys()].join(', ')}; save it with ${SAVE}`,
    );
  }
  return { shape: await readShape(file), fillValue: await readFill(uri, file), openEntries };
}
