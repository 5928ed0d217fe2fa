// The deflated bytes, and how far they are read.

/** Bytes that the host can hand over at once. */
export const INPUT_CAPACITY: i32 = 1048576;

/** A block's header has at most 14 + 19 × 3 + 316 × 14 bits; all of it is wanted at once. */
export const HEADER_BYTES: u32 = 576;

/** What may be read behind the input: zeros behind the stream's end. */
const SLACK: usize = 1024;

export const INPUT: usize = memory.data(1048576 + 1024, 64);

/** Bytes in the input. */
export let inputBytes: u32 = 0;
/** True if nothing follows them. */
export let isLastInput: bool = false;
/** How many of their bits are read. */
export let position: u32 = 0;

export function setPosition(bits: u32): void {
  position = bits;
}

/** Forgets the input; the first `bits` of what comes, fewer than eight, are read already. */
export function startInput(bits: u32): void {
  position = bits;
  inputBytes = 0;
  isLastInput = false;
}

/** Moves what is not read yet to the beginning, but for whole bytes; returns where more may be put. */
export function makeRoom(): usize {
  const read = position >> 3;
  inputBytes -= read;
  position &= 7;
  memory.copy(INPUT, INPUT + read, inputBytes);
  return INPUT + inputBytes;
}

/** Says how many bytes were put there, and whether they are the last. */
export function addInput(bytes: u32, isLast: bool): void {
  inputBytes += bytes;
  isLastInput = isLast;
  if (isLast) memory.fill(INPUT + inputBytes, 0, SLACK);
}

/** True if more was read than there is: the stream is cut short. */
export function isOverrun(): bool {
  return position > inputBytes << 3;
}

/** At least the next 57 bits, the next one lowest. */
// @ts-ignore: decorator
@inline
export function peekBits(): u64 {
  return load<u64>(INPUT + (position >> 3)) >> (position & 7);
}

/** At most 32 bits. */
// @ts-ignore: decorator
@inline
export function takeBits(count: u32): u32 {
  const bits = <u32>(peekBits() & (((<u64>1) << count) - 1));
  position += count;
  return bits;
}
