import type { ByteSource } from '#core/bytes/byte-source.ts';
import { decodeIndices } from '#core/elements/decode.ts';
import { type ElementType, ITEM_BYTES, isInteger } from '#core/elements/dtype.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import type { SourceFormat } from '#core/sparse/formats/format-names.ts';
import type { ColumnTypes, FillValue } from '#core/sparse/matrix-facts.ts';
import type { MatrixLayout, PartLayout } from './matrix-layout.ts';

/** The arrays of a CSR matrix as its container names them, not yet checked against each other. */
export interface CsrArrays extends Omit<PartLayout, 'rows' | 'nnz'> {
  readonly format: SourceFormat;
  readonly fillValue?: FillValue | undefined;
  readonly columnTypes?: ColumnTypes | undefined;
  /** As stored: any number of dimensions, possibly negative. */
  readonly shape: readonly number[];
}

/** Column indices are held as int32. */
const MAX_COLUMNS = 2 ** 31 - 1;

/** The Python expression that makes two dimensions of others; the first one stays, as rows. */
function reshaped(shape: readonly number[]): string {
  const [rows, ...rest] = shape.length < 2 ? [1, ...shape] : shape;
  return `matrix.reshape((${rows}, ${rest.reduce((product, size) => product * size, 1)}))`;
}

/**
 * Makes sure that a stored shape is one of a matrix that can be read.
 *
 * @param uri names the source in messages.
 * @throws {UnsupportedSourceError} not two dimensions.
 * @throws {CorruptSourceError} the shape is negative.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export function checkShape(uri: string, shape: readonly number[]): MatrixLayout['shape'] {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new UnsupportedSourceError(
      `${uri} has ${shape.length === 1 ? '1 dimension' : `${shape.length} dimensions`} (${shape.join(' × ')}), allowed are two, rows × columns; save ${reshaped(shape)} instead`,
    );
  }
  if (!(rows >= 0 && columns >= 0 && rows < Number.MAX_SAFE_INTEGER)) {
    throw new CorruptSourceError(
      `${uri} has shape ${rows} × ${columns}, expected 0 or more of each`,
    );
  }
  if (columns > MAX_COLUMNS) {
    throw new BoundExceededError(
      `${uri} has ${columns} columns, allowed are at most ${MAX_COLUMNS}; split the matrix by columns`,
    );
  }
  return [rows, columns];
}

/**
 * Makes sure that rows, columns or pointers are integers.
 *
 * @param uri names the source in messages.
 * @param name of the array.
 * @throws {UnsupportedSourceError} they are not.
 */
export function checkIndexType(uri: string, name: string, { dtype }: ElementType): void {
  if (isInteger(dtype)) return;
  throw new UnsupportedSourceError(
    `${uri} has ${name} of ${dtype}, allowed are integers such as int32 and int64; load it and save it again with scipy.sparse.save_npz`,
  );
}

function checkLengths(
  uri: string,
  [rows, columns]: MatrixLayout['shape'],
  { indptr, indices, data }: CsrArrays,
): void {
  if (indptr.length !== rows + 1) {
    throw new CorruptSourceError(
      `${uri} has shape ${rows} × ${columns} and ${indptr.length} elements in indptr, expected ${rows + 1} for ${rows} rows`,
    );
  }
  if (indices.length !== data.length) {
    throw new CorruptSourceError(
      `${uri} has ${indices.length} elements in indices and ${data.length} in data, expected as many`,
    );
  }
}

/**
 * Reads the last element of `indptr`, the number of entries. SciPy allows more elements in
 * `indices` and `data`, and ignores them.
 */
async function readNnz(source: ByteSource, { uri, indptr, data }: CsrArrays): Promise<number> {
  const length = ITEM_BYTES[indptr.dtype];
  const offset = indptr.offset + (indptr.length - 1) * length;
  const [nnz = -1] = decodeIndices(await source.read({ offset, length }), indptr);
  if (nnz >= 0 && nnz <= data.length) return nnz;
  throw new CorruptSourceError(
    `${uri} has an indptr that ends with ${nnz}, expected 0 to ${data.length} (the entries stored)`,
  );
}

/**
 * Checks that arrays found in a container make one CSR matrix. Reads the last element of `indptr`.
 *
 * @param indptr the stream that the array of this name lies in.
 * @throws {CorruptSourceError} lengths contradict each other, or the shape is negative.
 * @throws {UnsupportedSourceError} not two dimensions, or indices that are no integers.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export async function assembleCsr(arrays: CsrArrays, indptr: ByteSource): Promise<MatrixLayout> {
  const { uri } = arrays;
  const shape = checkShape(uri, arrays.shape);
  checkIndexType(uri, 'indptr', arrays.indptr);
  checkIndexType(uri, 'indices', arrays.indices);
  checkLengths(uri, shape, arrays);
  const nnz = await readNnz(indptr, arrays);
  const { format, fillValue, columnTypes, shape: _, ...located } = arrays;
  const part = { ...located, rows: shape[0], nnz };
  const { dtype } = part.data;
  return { kind: 'matrix', format, shape, dtype, columnTypes, nnz, fillValue, parts: [part] };
}
