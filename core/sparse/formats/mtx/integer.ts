import { isTokenEnd, type TextCursor } from '#core/text/text-cursor.ts';

const MINUS = 0x2d;

/** Digits that are exact in a double. */
const EXACT_DIGITS = 15;

/** A number that an integer file cannot have: with a point or an exponent, or not finite. */
const DECIMAL = /^[+-]?(?:[\d.]+(?:[ed][+-]?\d+)?|inf(?:inity)?|nan)$/i;

/** Limits of the 64-bit types. */
const LIMITS = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
} as const;

function failInteger(cursor: TextCursor, start: number): never {
  const isDecimal = DECIMAL.test(cursor.readToken(start));
  cursor.at = start;
  const fix = ', because its banner says integer; change that to real, or write the file again';
  return cursor.fail(`an integer${isDecimal ? fix : ''}`);
}

/**
 * Reads a token as a 64-bit integer into `words[2 * index]` (low) and `words[2 * index + 1]`
 * (high). These are the bytes of element `index` of a BigInt64Array over the same buffer, so no
 * BigInt is made.
 *
 * @throws {CorruptSourceError} it is not an integer, or has more than 64 bits, as in SciPy; names
 * the line.
 */
export function readInteger(
  cursor: TextCursor,
  dtype: keyof typeof LIMITS,
  words: Int32Array,
  index: number,
): void {
  const start = cursor.at;
  const isNegative = cursor.peek() === MINUS;
  if (isNegative) cursor.at++;
  const value = cursor.readDigits();
  const isShort = cursor.at - start <= EXACT_DIGITS;
  if (value === -1 || !isTokenEnd(cursor.peek())) {
    failInteger(cursor, start);
  }
  if (isShort && (!isNegative || dtype === 'int64')) {
    const high = Math.floor(value / 2 ** 32);
    const low = value - high * 2 ** 32;
    words[2 * index] = isNegative ? -low : low;
    words[2 * index + 1] = isNegative ? -high - (low > 0 ? 1 : 0) : high;
    return;
  }
  const exact = BigInt(cursor.textOf(start, cursor.at));
  const [lowest, highest] = LIMITS[dtype];
  if (exact < lowest || exact > highest) cursor.fail(`${dtype} from ${lowest} to ${highest}`);
  words[2 * index] = Number(BigInt.asIntN(32, exact));
  words[2 * index + 1] = Number(BigInt.asIntN(32, exact >> 32n));
}
