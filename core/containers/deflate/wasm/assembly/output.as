// The inflated bytes: the window of 32 KiB, which matches refer to, and after it the new bytes.

export const WINDOW_BYTES: usize = 32768;

/** Most new bytes after the window. */
const ROOM: usize = 262144;

/**
 * Room for the longest match, four literals before it, and the bytes that copying may write after
 * it.
 */
const MARGIN: usize = 258 + 4 + 32;

export const OUTPUT: usize = memory.data(32768 + 262144 + 258 + 4 + 32, 64);

/** Matches and literals must begin before this address. */
export const OUTPUT_LIMIT: usize = OUTPUT + WINDOW_BYTES + ROOM;

/** Address after the last byte. */
export let outputEnd: usize = OUTPUT;

export function setOutputEnd(end: usize): void {
  outputEnd = end;
}

/** Makes room again when it is used up. */
export function slideOutput(): void {
  if (outputEnd < OUTPUT_LIMIT) return;
  memory.copy(OUTPUT, outputEnd - WINDOW_BYTES, WINDOW_BYTES);
  outputEnd = OUTPUT + WINDOW_BYTES;
}

/** Eight bytes that repeat the bytes `distance` bytes before; the distance is 1, 2 or 4. */
// @ts-ignore: decorator
@inline
function pattern(from: usize, distance: usize): u64 {
  if (distance == 1) return <u64>load<u8>(from) * 0x0101010101010101;
  if (distance == 2) return <u64>load<u16>(from) * 0x0001000100010001;
  return <u64>load<u32>(from) * 0x0000000100000001;
}

/**
 * Copies a match that overlaps itself: the bytes before `to` are repeated. Writes up to 8 bytes
 * more.
 */
function repeat(to: usize, distance: usize, end: usize): void {
  const from = to - distance;
  if (distance == 1 || distance == 2 || distance == 4) {
    const bytes = pattern(from, distance);
    for (let at = to; at < end; at += 8) store<u64>(at, bytes);
    return;
  }
  // Each step writes `distance` correct bytes; the next step overwrites the others.
  for (let at = to; at < end; at += distance) store<u64>(at, load<u64>(from + at - to));
}

/** Copies a match of `end - to` bytes from `distance` bytes before; writes up to 31 bytes more. */
// @ts-ignore: decorator
@inline
export function copyMatch(to: usize, distance: usize, end: usize): void {
  let from = to - distance;
  let at = to;
  if (distance >= 16) {
    do {
      v128.store(at, v128.load(from));
      at += 16;
      from += 16;
    } while (at < end);
  } else if (distance >= 8) {
    do {
      store<u64>(at, load<u64>(from));
      at += 8;
      from += 8;
    } while (at < end);
  } else {
    repeat(to, distance, end);
  }
}
