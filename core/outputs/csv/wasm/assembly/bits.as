// A stream of bits, in each byte the lowest bit first, as RFC 1951 says.

/** Address of the next byte. */
export let bitsAt: usize = 0;
/** The byte under way, and the number of its bits that are written: fewer than eight. */
export let bitBuffer: u64 = 0;
export let bitsUsed: u32 = 0;

/** Continues at address `at`, with the bits of the byte under way. */
export function bitsTo(at: usize): void {
  bitsAt = at;
}

/** Begins an empty stream. */
export function startBits(): void {
  bitBuffer = 0;
  bitsUsed = 0;
}

/** Adds at most 56 bits; stores eight bytes at `bitsAt`. */
// @ts-ignore: decorator
@inline
export function putBits(bits: u64, count: u32): void {
  const word = bitBuffer | (bits << bitsUsed);
  const filled = bitsUsed + count;
  store<u64>(bitsAt, word);
  bitsAt += filled >> 3;
  bitBuffer = word >> (filled & 56);
  bitsUsed = filled & 7;
}

/** Sets the state of the stream, for a loop that keeps it in local variables. */
// @ts-ignore: decorator
@inline
export function setBits(at: usize, buffer: u64, used: u32): void {
  bitsAt = at;
  bitBuffer = buffer;
  bitsUsed = used;
}

/** The bits of a code from a table. */
// @ts-ignore: decorator
@inline
export function codeBits(code: u64): u64 {
  return code & 0x00ffffffffffffff;
}

// @ts-ignore: decorator
@inline
export function codeSize(code: u64): u32 {
  return <u32>(code >> 56);
}

/** Result for two codes that together have too many bits. */
export const TOO_LONG: u64 = 0xff00000000000000;

/** One code with another after it, or `TOO_LONG`. */
export function joined(first: u64, second: u64): u64 {
  const size = codeSize(first);
  const sum = size + codeSize(second);
  if (sum > 56) return TOO_LONG;
  return (<u64>sum << 56) | (codeBits(second) << size) | codeBits(first);
}

/** Adds a code from a table, which has the number of its bits in the highest byte. */
// @ts-ignore: decorator
@inline
export function putCode(code: u64): void {
  putBits(codeBits(code), codeSize(code));
}

/** Fills the byte under way with zeros. */
export function endByte(): void {
  if (bitsUsed > 0) putBits(0, 8 - bitsUsed);
}

/** For the host: the address after the last whole byte. */
export function bitsEnd(): usize {
  return bitsAt;
}

/** For the host: adds at most 31 bits. */
export function putFewBits(bits: u32, count: u32): void {
  putBits(bits, count);
}
