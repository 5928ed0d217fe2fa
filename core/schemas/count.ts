import * as z from 'zod/mini';

/** A whole number within a range; its error says what is allowed. */
export function wholeNumber(from: number, to: number) {
  const error = `a whole number from ${from} to ${to}`;
  return z.int({ error }).check(z.minimum(from, { error }), z.maximum(to, { error }));
}

/** Rows, bytes, an index. */
export const count = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** The number of a generation. */
export const ordinal = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** A CRC-32 as eight hexadecimal digits. */
export const crc32Digits = z.string().check(z.regex(/^[0-9a-f]{8}$/));
