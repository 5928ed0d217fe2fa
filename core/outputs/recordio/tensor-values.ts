import type { CsrData } from '#core/elements/csr-data.ts';
import type { Tensor } from './recordio-spec.ts';

/** Bytes of a value. */
export const VALUE_BYTES: Readonly<Record<Tensor, number>> = { float32: 4, float64: 8 };

const ARRAYS = { float32: Float32Array, float64: Float64Array } as const;

/** Integers of 64 bits as doubles, each from two words: ten times as fast as by BigInt. */
function doublesOf(data: BigInt64Array | BigUint64Array): Float64Array {
  const words = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
  const doubles = new Float64Array(data.length);
  const isSigned = data instanceof BigInt64Array;
  for (let i = 0; i < doubles.length; i += 1) {
    const high = words[2 * i + 1]!;
    doubles[i] = (isSigned ? high | 0 : high) * 2 ** 32 + words[2 * i]!;
  }
  return doubles;
}

/** The values of a slice as those of a tensor, little-endian. Without a copy if they are so. */
export function tensorValues(data: CsrData, tensor: Tensor): Uint8Array {
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  const numbers = isBig ? doublesOf(data) : data;
  const Values = ARRAYS[tensor];
  const { buffer, byteOffset, byteLength } =
    numbers instanceof Values ? numbers : Values.from(numbers);
  return new Uint8Array(buffer, byteOffset, byteLength);
}
