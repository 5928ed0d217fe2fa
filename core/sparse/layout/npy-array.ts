import type { NpyArray } from '#core/containers/npy/header.ts';
import { locateElements } from '#core/containers/npy/locate-elements.ts';
import type { ArrayLayout, StreamLayout } from './matrix-layout.ts';

/**
 * Turns a npy header into the layout of a one-dimensional array. With one dimension, C and Fortran
 * order are the same.
 *
 * @param stream what the header was read from.
 * @throws {UnsupportedSourceError} this program does not read the type of the elements.
 * @throws {CorruptSourceError} the array does not have one dimension, or does not have the length
 * that its header says.
 */
export function toArrayLayout(array: NpyArray, stream: StreamLayout): ArrayLayout {
  return { stream, ...locateElements(array, 1) };
}
