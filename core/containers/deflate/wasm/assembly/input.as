// The deflated bytes, and how far they are read.

/** Most bytes that the host can write at once. */
export const INPUT_CAPACITY: i32 = 1048576;

/** Most bytes of a block's header, which is read as a whole: 14 + 19 × 3 + 316 × 14 bits. */
export const HEADER_BYTES: u32 = 576;

/** Bytes that may be read after the input; after the end of the stream they are zeros. */
const SLACK: usize = 1024;

export const INPUT: usize = memory.data(1048576 + 1024, 64);

/** Bytes in the input. */
export let inputBytes: u32 = 0;
/** True if they are the last bytes of the stream. */
export let isLastInput: bool = false;
/** Number of their bits that are read. */
export let position: u32 = 0;

export function setPosition(bits: u32): void {
  position = bits;
}

/** Drops the input. The first `bits` bits of the next one, fewer than eight, count as read. */
export function startInput(bits: u32): void {
  position = bits;
  inputBytes = 0;
  isLastInput = false;
}

/**
 * Moves the bytes that are not read completely to the beginning. Returns where the host may write
 * more.
 */
export function makeRoom(): usize {
  const read = position >> 3;
  inputBytes -= read;
  position &= 7;
  memory.copy(INPUT, INPUT + read, inputBytes);
  return INPUT + inputBytes;
}

/** Takes over bytes that the host has written, and whether they are the last. */
export function addInput(bytes: u32, isLast: bool): void {
  inputBytes += bytes;
  isLastInput = isLast;
  if (isLast) memory.fill(INPUT + inputBytes, 0, SLACK);
}

/** True if more bits were read than there are: the stream is cut short. */
export function isOverrun(): bool {
  return position > inputBytes << 3;
}

/** At least the next 57 bits; the next one is the lowest. */
// @ts-ignore: decorator
@inline
export function peekBits(): u64 {
  return load<u64>(INPUT + (position >> 3)) >> (position & 7);
}

/** Reads at most 32 bits. */
// @ts-ignore: decorator
@inline
export function takeBits(count: u32): u32 {
  const bits = <u32>(peekBits() & (((<u64>1) << count) - 1));
  position += count;
  return bits;
}
