/** The CRC-32 polynomial, bits reflected: the top bit stands for x^0. */
const POLYNOMIAL = 0xedb88320;

export const X_TO_0 = 0x80000000;
/** x^8: what appending a zero byte multiplies a register by. */
export const X_TO_8 = X_TO_0 >>> 8;

/** Lengths are whole numbers below 2^53. */
const LENGTH_BITS = 53;

/**
 * Product of two polynomials modulo that of CRC-32, bits reflected, in 32 steps without a branch.
 * Appending n zero bytes multiplies a CRC register by x^(8n).
 */
export function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b | 0;
  for (let power = 31; power >= 0; power -= 1) {
    product ^= shifted & -((a >>> power) & 1);
    shifted = (shifted >>> 1) ^ (POLYNOMIAL & -(shifted & 1));
  }
  return product >>> 0;
}

/** Entry k is x^(8·2^k): appending 2^k zero bytes multiplies a CRC by it. */
function powersOfBytes(): Uint32Array {
  const powers = new Uint32Array(LENGTH_BITS);
  let power = X_TO_8;
  for (let k = 0; k < LENGTH_BITS; k += 1) {
    powers[k] = power;
    power = multiply(power, power);
  }
  return powers;
}

const BYTE_POWERS = powersOfBytes();

/**
 * CRC-32 of two joined byte strings, from the CRC-32 of each alone. Takes about 1 µs.
 *
 * @param a CRC-32 of the first string.
 * @param b CRC-32 of the second string.
 * @param bytesOfB length of the second string, up to 2^53 - 1 bytes.
 * @see https://github.com/madler/zlib/blob/develop/crc32.c, crc32_combine
 * @example
 * const [a, b] = [Buffer.from('sparse-'), Buffer.from('fanout')];
 * const whole = combineCrc32(crc32(a), crc32(b), b.length);
 * console.log(whole === crc32('sparse-fanout')); // true
 */
export function combineCrc32(a: number, b: number, bytesOfB: number): number {
  let shifted = a;
  let length = bytesOfB;
  for (let k = 0; length > 0; k += 1) {
    if (length % 2 === 1) shifted = multiply(shifted, BYTE_POWERS[k]!);
    length = Math.floor(length / 2);
  }
  return (shifted ^ b) >>> 0;
}

/** Eight lower-case hexadecimal digits, as the ledger and the manifest hold it. */
export function crc32Hex(crc: number): string {
  return crc.toString(16).padStart(8, '0');
}

/** Base64 of the four big-endian bytes, as S3's `x-amz-checksum-crc32` header wants it. */
export function crc32Base64(crc: number): string {
  return btoa(String.fromCharCode(crc >>> 24, (crc >>> 16) & 255, (crc >>> 8) & 255, crc & 255));
}
