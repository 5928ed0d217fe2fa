import type { NpyArray } from '#core/containers/npy/header.ts';
import { locateElements } from '#core/containers/npy/locate-elements.ts';
import type { ArrayLayout, StreamLayout } from './matrix-layout.ts';

/**
 * Turns a npy header into the layout of a one-dimensional array. Its order is of no matter then.
 *
 * @param stream what the header was read from.
 * @throws {UnsupportedSourceError} the elements are of a type that is not read.
 * @throws {CorruptSourceError} the array has not one dimension, or not the bytes its header claims.
 */
export function toArrayLayout(array: NpyArray, stream: StreamLayout): ArrayLayout {
  return { stream, ...locateElements(array, 1) };
}
