// Strings and their escapes.

import { BAD_ESCAPE, CONTROL, CUT_SHORT, fail, LONE_SURROGATE } from './fault';

const LF: u8 = 10;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

/** True if the last string has an escape. */
export let hasEscape: bool = false;

function hexDigit(byte: u8): i32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = byte | 0x20;
  return letter - 0x61 < 6 ? letter - 0x61 + 10 : -1;
}

/** The code of four hexadecimal digits; negative if they are not there. */
export function hexCode(at: usize): i32 {
  let code: i32 = 0;
  for (let k: usize = 0; k < 4; k += 1) {
    const digit = hexDigit(load<u8>(at + k));
    if (digit < 0) return -1;
    code = (code << 4) | digit;
  }
  return code;
}

function isLow(code: i32): bool {
  return code >> 10 == 0x37;
}

/** The byte that a short escape stands for; 0 if it is none. */
export function escapedByte(letter: u8): u8 {
  if (letter == QUOTE || letter == BACKSLASH || letter == 0x2f) return letter;
  if (letter == 0x62) return 8;
  if (letter == 0x66) return 12;
  if (letter == 0x6e) return 10;
  if (letter == 0x72) return 13;
  return letter == 0x74 ? 9 : 0;
}

/** Passes the escape at a backslash. Surrogates must be pairs. */
function skipEscape(at: usize): usize {
  const letter = load<u8>(at, 1);
  if (letter != 0x75) return escapedByte(letter) ? at + 2 : fail(BAD_ESCAPE, at);
  const code = hexCode(at + 2);
  if (code < 0) return fail(BAD_ESCAPE, at);
  if (code >> 11 != 0x1b) return at + 6;
  const isPair =
    !isLow(code) &&
    load<u8>(at, 6) == BACKSLASH &&
    load<u8>(at, 7) == 0x75 &&
    isLow(hexCode(at + 8));
  return isPair ? at + 12 : fail(LONE_SURROGATE, at);
}

/**
 * Passes a string from behind its opening quote, 16 bytes at a time. A line feed ends every line,
 * so the loop ends too. Returns where it goes on, or 0.
 */
export function skipString(start: usize): usize {
  let at = start;
  hasEscape = false;
  while (true) {
    const bytes = v128.load(at);
    const special = i8x16.bitmask(
      v128.or(
        v128.or(
          i8x16.eq(bytes, i8x16.splat(QUOTE)),
          i8x16.eq(bytes, i8x16.splat(BACKSLASH)),
        ),
        i8x16.lt_u(bytes, i8x16.splat(0x20)),
      ),
    );
    if (special == 0) {
      at += 16;
      continue;
    }
    at += <usize>ctz(special);
    const byte = load<u8>(at);
    if (byte == QUOTE) return at + 1;
    if (byte != BACKSLASH) return fail(byte == LF ? CUT_SHORT : CONTROL, at);
    hasEscape = true;
    at = skipEscape(at);
    if (at == 0) return 0;
  }
}

/** Writes a code point in UTF-8. Returns the address behind it. */
function putCode(code: i32, to: usize): usize {
  if (code < 0x80) {
    store<u8>(to, <u8>code);
    return to + 1;
  }
  if (code < 0x800) {
    store<u8>(to, <u8>(0xc0 | (code >> 6)));
    store<u8>(to, <u8>(0x80 | (code & 63)), 1);
    return to + 2;
  }
  if (code < 0x10000) {
    store<u8>(to, <u8>(0xe0 | (code >> 12)));
    store<u8>(to, <u8>(0x80 | ((code >> 6) & 63)), 1);
    store<u8>(to, <u8>(0x80 | (code & 63)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (code >> 18)));
  store<u8>(to, <u8>(0x80 | ((code >> 12) & 63)), 1);
  store<u8>(to, <u8>(0x80 | ((code >> 6) & 63)), 2);
  store<u8>(to, <u8>(0x80 | (code & 63)), 3);
  return to + 4;
}

/**
 * Writes a sound string without its escapes, and up to 15 bytes behind it. Returns the address
 * behind it.
 */
export function decodeString(start: usize, end: usize, to: usize): usize {
  let at = start;
  let out = to;
  while (at < end) {
    const bytes = v128.load(at);
    const escapes = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(BACKSLASH)));
    const plain = min<usize>(escapes ? <usize>ctz(escapes) : 16, end - at);
    if (plain) {
      // What that writes beyond is overwritten.
      v128.store(out, bytes);
      at += plain;
      out += plain;
      continue;
    }
    const letter = load<u8>(at, 1);
    if (letter != 0x75) {
      store<u8>(out, escapedByte(letter));
      at += 2;
      out += 1;
      continue;
    }
    let code = hexCode(at + 2);
    at += 6;
    if (code >> 11 == 0x1b) {
      code = 0x10000 + ((code & 0x3ff) << 10) + (hexCode(at + 2) & 0x3ff);
      at += 6;
    }
    out = putCode(code, out);
  }
  return out;
}
