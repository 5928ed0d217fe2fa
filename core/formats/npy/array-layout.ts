import { CorruptSourceError } from '#core/errors.ts';
import type { ArrayLayout, StreamLayout } from '#core/formats/matrix-layout.ts';
import { ITEM_BYTES } from '#core/sparse/dtype.ts';
import { parseDescr } from './descr.ts';
import type { NpyArray } from './header.ts';

/**
 * Turns a npy header into the layout of a one-dimensional array. Its order is of no matter then.
 *
 * @param stream what the header was read from.
 *
 * @throws {UnsupportedSourceError} the elements are of a type that is not read.
 * @throws {CorruptSourceError} the array has not one dimension, or not the bytes its header claims.
 */
export function toArrayLayout(
  { where, descr, shape, elements }: NpyArray,
  stream: StreamLayout,
): ArrayLayout {
  const type = parseDescr(descr, where);
  const [length] = shape;
  if (length === undefined || shape.length !== 1) {
    throw new CorruptSourceError(
      `${where} has ${shape.length} dimensions (${shape.join(' × ')}), expected one; save the matrix again with scipy.sparse.save_npz`,
    );
  }
  const expected = length * ITEM_BYTES[type.dtype];
  if (elements.length !== expected) {
    throw new CorruptSourceError(
      `${where} should hold ${length} elements in ${expected} bytes, got ${elements.length} bytes; the file is damaged`,
    );
  }
  return { stream, offset: elements.offset, length, ...type };
}
