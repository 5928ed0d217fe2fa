import type { DType } from '#core/elements/dtype.ts';
import { descrOf } from './descr.ts';

/** Bytes of the header of any one-dimensional array: NumPy pads it to this length. */
export const NPY_HEADER_BYTES = 128;

/**
 * Makes the header of a one-dimensional, little-endian npy array as `numpy.save` writes it (version
 * 1.0). The elements come after it. It is always {@link NPY_HEADER_BYTES} long.
 *
 * @param length number of elements, not bytes.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(dtype: DType, length: number): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': (${length},), }`;
  const text = `\x93NUMPY\x01\x00\x76\x00${dict.padEnd(NPY_HEADER_BYTES - 11)}\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
