import type { ByteSource } from '#core/bytes/byte-source.ts';
import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { decodeIndices } from '#core/sparse/decode.ts';
import { ITEM_BYTES } from '#core/sparse/dtype.ts';
import type { ArrayLayout, CsrLayout } from './csr-layout.ts';

/** The parts of a CSR matrix as its container names them, not yet checked against each other. */
export interface CsrParts extends Pick<CsrLayout, 'format' | 'indptr' | 'indices' | 'data'> {
  /** As stored: any number of dimensions, possibly negative. */
  readonly shape: readonly number[];
}

/** Column indices are held as int32. */
const MAX_COLUMNS = 2 ** 31 - 1;

function checkShape(uri: string, shape: readonly number[]): CsrLayout['shape'] {
  const [rows, columns] = shape;
  if (rows === undefined || columns === undefined || shape.length !== 2) {
    throw new UnsupportedSourceError(
      `${uri} has ${shape.length} dimensions (${shape.join(' × ')}), expected rows × columns; reshape it to two`,
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

function checkIndexType(uri: string, name: string, { dtype }: ArrayLayout): void {
  if (dtype === 'int32' || dtype === 'int64') return;
  throw new UnsupportedSourceError(
    `${uri} has ${name} of ${dtype}, allowed are int32 and int64; load it and save it again with scipy.sparse.save_npz`,
  );
}

function checkLengths(uri: string, rows: number, { indptr, indices, data }: CsrParts): void {
  if (indptr.length !== rows + 1) {
    throw new CorruptSourceError(
      `${uri} has ${indptr.length} elements in indptr, expected ${rows + 1} for ${rows} rows`,
    );
  }
  if (indices.length !== data.length) {
    throw new CorruptSourceError(
      `${uri} has ${indices.length} elements in indices and ${data.length} in data, expected as many`,
    );
  }
}

/** Reads the last element of `indptr`: entries after it are slack that SciPy allows and ignores. */
async function readNnz(source: ByteSource, { indptr, data }: CsrParts): Promise<number> {
  const length = ITEM_BYTES[indptr.dtype];
  const offset = indptr.offset + (indptr.length - 1) * length;
  const [nnz = -1] = decodeIndices(await source.read({ offset, length }), indptr);
  if (nnz >= 0 && nnz <= data.length) return nnz;
  throw new CorruptSourceError(
    `${source.uri} has an indptr that ends with ${nnz}, expected 0 to ${data.length} (the entries stored)`,
  );
}

/**
 * Checks that arrays found in a container make one CSR matrix. One read of the last element of `indptr`.
 *
 * @throws {CorruptSourceError} lengths contradict each other, or the shape is negative.
 * @throws {UnsupportedSourceError} not two dimensions, or indices neither int32 nor int64.
 * @throws {BoundExceededError} more than 2^31 - 1 columns.
 */
export async function assembleCsr(source: ByteSource, parts: CsrParts): Promise<CsrLayout> {
  const shape = checkShape(source.uri, parts.shape);
  checkIndexType(source.uri, 'indptr', parts.indptr);
  checkIndexType(source.uri, 'indices', parts.indices);
  checkLengths(source.uri, shape[0], parts);
  const nnz = await readNnz(source, parts);
  return { ...parts, shape, dtype: parts.data.dtype, nnz };
}
