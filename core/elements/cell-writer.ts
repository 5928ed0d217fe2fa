import type { CsrData } from './csr-data.ts';
import { type DType, isFloat } from './dtype.ts';
import { writeAscii, writeBigInteger, writeFloat, writeInteger } from './number-text.ts';

/** Writes the text of entry `index` at offset `at`; returns the offset after it. */
export type CellWriter = (index: number, target: Uint8Array, at: number) => number;

function floatWriter(
  data: Exclude<CsrData, BigInt64Array | BigUint64Array>,
  na: Uint8Array,
): CellWriter {
  return (index, target, at) => {
    const value = data[index]!;
    if (!Number.isNaN(value)) return writeFloat(value, target, at);
    target.set(na, at);
    return at + na.length;
  };
}

/**
 * Chooses the function that writes the stored values of a slice, once per slice instead of once per
 * value.
 *
 * @param na bytes of a stored NaN.
 */
export function createCellWriter(data: CsrData, dtype: DType, na: Uint8Array): CellWriter {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return (index, target, at) => writeBigInteger(data[index]!, target, at);
  }
  if (isFloat(dtype)) return floatWriter(data, na);
  if (dtype === 'bool') {
    return (index, target, at) => writeAscii(data[index] === 0 ? 'False' : 'True', target, at);
  }
  return (index, target, at) => writeInteger(data[index]!, target, at);
}
