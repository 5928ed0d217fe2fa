import type { DType } from '#core/elements/dtype.ts';
import { descrOf } from './descr.ts';

/** Bytes of the header of any array of one dimension: what NumPy itself pads it to. */
export const NPY_HEADER_BYTES = 128;

/**
 * The header of a one-dimensional, little-endian npy array as `numpy.save` writes it (version 1.0);
 * its elements follow. Always {@link NPY_HEADER_BYTES} long.
 *
 * @param length elements, not bytes.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(dtype: DType, length: number): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${descrOf(dtype)}', 'fortran_order': False, 'shape': (${length},), }`;
  const text = `\x93NUMPY\x01\x00\x76\x00${dict.padEnd(NPY_HEADER_BYTES - 11)}\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
