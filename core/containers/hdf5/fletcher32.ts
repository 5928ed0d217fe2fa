/**
 * Words that are added before the sums are reduced: so many sums of 16-bit words stay below 2^32.
 */
const WORDS_AT_ONCE = 360;

/**
 * The checksum that HDF5's fletcher32 filter appends to a chunk. It is computed over big-endian
 * 16-bit words; if the number of bytes is odd, the last byte is the high byte of a word.
 */
export function fletcher32(bytes: Uint8Array): number {
  let sum1 = 0;
  let sum2 = 0;
  const end = bytes.length - (bytes.length % 2);
  for (let start = 0; start < end; start += 2 * WORDS_AT_ONCE) {
    const stop = Math.min(start + 2 * WORDS_AT_ONCE, end);
    for (let i = start; i < stop; i += 2) {
      sum1 += (bytes[i]! << 8) | bytes[i + 1]!;
      sum2 += sum1;
    }
    sum1 = (sum1 & 0xffff) + (sum1 >>> 16);
    sum2 = (sum2 & 0xffff) + (sum2 >>> 16);
  }
  if (end < bytes.length) {
    sum1 += bytes[end]! << 8;
    sum2 += sum1;
    sum1 = (sum1 & 0xffff) + (sum1 >>> 16);
    sum2 = (sum2 & 0xffff) + (sum2 >>> 16);
  }
  sum1 = (sum1 & 0xffff) + (sum1 >>> 16);
  sum2 = (sum2 & 0xffff) + (sum2 >>> 16);
  return ((sum2 << 16) | sum1) >>> 0;
}
