import type { DType } from '#core/elements/dtype.ts';
import { descrOf } from './descr.ts';

/** Bytes of the header of any one-dimensional array: NumPy pads it to this length. */
export const NPY_HEADER_BYTES = 128;

function header(descr: string, shape: string): Uint8Array<ArrayBuffer> {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const text = `\x93NUMPY\x01\x00\x76\x00${dict.padEnd(NPY_HEADER_BYTES - 11)}\n`;
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * Makes the header of a one-dimensional, little-endian npy array as `numpy.save` writes it (version
 * 1.0). The elements come after it. It is always {@link NPY_HEADER_BYTES} long.
 *
 * @param length number of elements, not bytes.
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
export function npyHeader(dtype: DType, length: number): Uint8Array<ArrayBuffer> {
  return header(descrOf(dtype), `(${length},)`);
}

/** A text in ASCII as an npy array without dimensions. */
export function npyText(text: string): Uint8Array<ArrayBuffer> {
  return Buffer.concat([header(`|S${text.length}`, '()'), Buffer.from(text)]);
}
