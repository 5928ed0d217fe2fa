// Finds the fields of proved records, and copies their texts.

let delimiter: v128 = i8x16.splat(0);
let quote: v128 = i8x16.splat(0);
/** 256 where there is none. */
export let quoteByte: u32 = 256;

/** Begins a text. A quote of 0 stands for none. */
export function startText(delimiterByte: u8, quoteOrNone: u8): void {
  delimiter = i8x16.splat(delimiterByte);
  quote = i8x16.splat(quoteOrNone);
  quoteByte = quoteOrNone == 0 ? 256 : <u32>quoteOrNone;
}

/** A bit for each of the 64 bytes from `at` on that is `byte`. */
// @ts-ignore: decorator
@inline
function bitsOf(at: usize, byte: v128): u64 {
  const a = <u64>i8x16.bitmask(i8x16.eq(v128.load(at), byte));
  const b = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 16), byte));
  const c = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 32), byte));
  const d = <u64>i8x16.bitmask(i8x16.eq(v128.load(at, 48), byte));
  return a | (b << 16) | (c << 32) | (d << 48);
}

/** Each bit becomes the parity of itself and all lower ones. */
// @ts-ignore: decorator
@inline
function parity(bits: u64): u64 {
  let all = bits ^ (bits << 1);
  all ^= all << 2;
  all ^= all << 4;
  all ^= all << 8;
  all ^= all << 16;
  return all ^ (all << 32);
}

/** Stores where the lowest bit stands; returns the others. */
// @ts-ignore: decorator
@inline
function putEnd(bits: u64, at: usize, to: usize): u64 {
  store<u32>(to, <u32>(at + <usize>ctz(bits)));
  return bits & (bits - 1);
}

/**
 * Stores at `ends` where the fields of a text end, which begins with a record; returns how many
 * there are. It may write behind them.
 */
export function findEnds(text: usize, end: usize, ends: usize): u32 {
  const hasQuote = quoteByte < 256;
  let inside: u64 = 0;
  let to = ends;
  for (let at = text; at < end; at += 64) {
    const quotes = hasQuote ? bitsOf(at, quote) : 0;
    const within = quotes ? parity(quotes) ^ inside : inside;
    let left = (bitsOf(at, delimiter) | bitsOf(at, i8x16.splat(10))) & ~within;
    if (end - at < 64) left &= (<u64>1 << (end - at)) - 1;
    inside = <u64>(<i64>within >> 63);
    const behind = to + (<usize>popcnt(left) << 2);
    // Eight at once, whether there are so many or not: what is too much is overwritten.
    do {
      left = putEnd(left, at, to);
      left = putEnd(left, at, to + 4);
      left = putEnd(left, at, to + 8);
      left = putEnd(left, at, to + 12);
      left = putEnd(left, at, to + 16);
      left = putEnd(left, at, to + 20);
      left = putEnd(left, at, to + 24);
      left = putEnd(left, at, to + 28);
      to += 32;
    } while (left);
    to = behind;
  }
  return <u32>((to - ends) >> 2);
}

/** Copies a field without its quotes; returns the end of the copy. */
function copyQuoted(from: usize, end: usize, to: usize): usize {
  let at = from + 1;
  const last = end - 1;
  let target = to;
  while (at < last) {
    const bytes = v128.load(at);
    v128.store(target, bytes);
    const quotes = i8x16.bitmask(i8x16.eq(bytes, quote));
    const count = min<usize>(quotes ? <usize>ctz(quotes) : 16, last - at);
    at += count;
    target += count;
    // A quote before the last one is doubled: the second one is left out.
    if (quotes && at < last) {
      store<u8>(target, <u8>quoteByte);
      target += 1;
      at += 2;
    }
  }
  return target;
}

/** Copies the text of a field; returns the end of the copy, behind which it may write 32 bytes. */
// @ts-ignore: decorator
@inline
export function copyText(from: usize, end: usize, to: usize): usize {
  if (load<u8>(from) == quoteByte) return copyQuoted(from, end, to);
  const count = end - from;
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  for (let k: usize = 32; k < count; k += 16) v128.store(to + k, v128.load(from + k));
  return to + count;
}
