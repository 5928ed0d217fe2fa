const DIGIT_ZERO = 0x30;
const MINUS = 0x2d;

/** Writes ASCII text at offset `at`; returns the offset after it. */
export function writeAscii(text: string, target: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i += 1) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function countDigits(value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  return digits;
}

/** Writes a whole number, `-2^31 <= value < 2^31`, digit by digit, without making a string. */
function writeInt32(value: number, target: Uint8Array, at: number): number {
  let start = at;
  let rest = value;
  if (value < 0) {
    if (value === -0x80000000) return writeAscii('-2147483648', target, at);
    target[start] = MINUS;
    start += 1;
    rest = -value;
  }
  const end = start + countDigits(rest);
  for (let i = end - 1; i >= start; i -= 1) {
    const tenth = (rest / 10) | 0;
    target[i] = DIGIT_ZERO + rest - tenth * 10;
    rest = tenth;
  }
  return end;
}

/** Writes the digits of a whole number below 2^53; returns the offset after them. */
export function writeInteger(value: number, target: Uint8Array, at: number): number {
  if (value >= 0 && value < 10) {
    target[at] = DIGIT_ZERO + value;
    return at + 1;
  }
  if (value === (value | 0)) return writeInt32(value, target, at);
  return writeAscii(String(value), target, at);
}

/** Writes the digits of a 64-bit integer exactly; returns the offset after them. */
export function writeBigInteger(value: bigint, target: Uint8Array, at: number): number {
  const small = Number(value);
  if (small === (small | 0)) return writeInteger(small, target, at);
  return writeAscii(String(value), target, at);
}

/** Text with an exponent, of at least two digits as in Python: `1.5e-07` for `1.5e-7`. */
function exponentialText(value: number): string {
  const text = value.toExponential();
  const sign = text.indexOf('e') + 1;
  return text.length - sign > 2 ? text : `${text.slice(0, sign + 1)}0${text.slice(sign + 1)}`;
}

/**
 * Python's `repr` of a float that is not NaN. JavaScript finds the same digits, but writes them in
 * another form.
 */
function floatText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === Number.NEGATIVE_INFINITY) return '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e16) return exponentialText(value);
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/**
 * Writes Python's `repr` of a double that is not NaN; returns the offset after it.
 * @see docs/csv-text.md, Numbers
 */
export function writeFloat(value: number, target: Uint8Array, at: number): number {
  if (value === (value | 0) && value !== 0) {
    const end = writeInteger(value, target, at);
    return writeAscii('.0', target, end);
  }
  return writeAscii(floatText(value), target, at);
}
