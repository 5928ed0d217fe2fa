import { type ElementType, ITEM_BYTES } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { parseDescr } from './descr.ts';
import type { NpyArray } from './header.ts';

/** Where the elements of an array lie, in whatever holds them. */
export interface Elements extends ElementType {
  readonly offset: number;
  /** Elements of all dimensions, not bytes. */
  readonly length: number;
}

const COUNTS = ['none', 'one', 'two', 'three'];

/**
 * Finds the elements of an array of so many dimensions, one after the other.
 *
 * @throws {UnsupportedSourceError} the elements are of a type that is not read.
 * @throws {CorruptSourceError} the array has other dimensions, or not the bytes its header claims.
 */
export function locateElements(
  { where, descr, shape, elements }: NpyArray,
  dimensions: 0 | 1 | 2 | 3,
): Elements {
  const type = parseDescr(descr, where);
  if (shape.length !== dimensions) {
    throw new CorruptSourceError(
      `${where} has ${shape.length} dimensions (${shape.join(' × ')}), expected ${COUNTS[dimensions]}; save the matrix again with scipy.sparse.save_npz`,
    );
  }
  const length = shape.reduce((product, size) => product * size, 1);
  const expected = length * ITEM_BYTES[type.dtype];
  if (elements.length !== expected) {
    throw new CorruptSourceError(
      `${where} should hold ${length} elements in ${expected} bytes, got ${elements.length} bytes; the file is damaged`,
    );
  }
  return { offset: elements.offset, length, ...type };
}
