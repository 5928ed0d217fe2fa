/** How deflate writes a length or a distance: a symbol, and extra bits after it. */
export interface DeflateSymbol {
  readonly symbol: number;
  readonly extraBits: number;
  readonly extra: number;
}

/** Number of symbols for literals, the end of a block (256) and lengths. */
export const LITERAL_SYMBOLS = 286;
export const DISTANCE_SYMBOLS = 30;
export const END_OF_BLOCK = 256;

export const MIN_MATCH = 3;
export const MAX_MATCH = 258;

/**
 * Splits a number into a symbol and extra bits. There are `2^precision` symbols per power of two;
 * the lower bits are the extra ones.
 */
function split(value: number, precision: number): DeflateSymbol {
  const extraBits = Math.max(0, 31 - Math.clz32(value) - precision);
  const upper = value >> extraBits;
  return {
    symbol: (extraBits << precision) + upper,
    extraBits,
    extra: value - (upper << extraBits),
  };
}

function symbolOfLength(length: number): DeflateSymbol {
  if (length === MAX_MATCH) return { symbol: 285, extraBits: 0, extra: 0 };
  const { symbol, ...rest } = split(length - MIN_MATCH, 2);
  return { symbol: 257 + symbol, ...rest };
}

const LENGTHS = Array.from({ length: MAX_MATCH + 1 - MIN_MATCH }, (_, i) =>
  symbolOfLength(MIN_MATCH + i),
);

/** @see https://www.rfc-editor.org/rfc/rfc1951 section 3.2.5 */
export function lengthSymbol(length: number): DeflateSymbol {
  return LENGTHS[length - MIN_MATCH]!;
}

/** @see https://www.rfc-editor.org/rfc/rfc1951 section 3.2.5 */
export function distanceSymbol(distance: number): DeflateSymbol {
  return split(distance - 1, 1);
}
