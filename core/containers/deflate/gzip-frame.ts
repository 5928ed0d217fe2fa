/** Bytes of CRC-32 and length after each member. */
export const TRAILER_BYTES = 8;

const FIXED_BYTES = 10;

/** Bits of the flags of a header. */
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
const RESERVED = 0xe0;

/** Offset after the zero byte that ends a text; undefined if it does not end in `bytes`. */
function textEnd(bytes: Uint8Array, start: number): number | undefined {
  const zero = bytes.indexOf(0, start);
  return zero === -1 ? undefined : zero + 1;
}

function optionalEnd(bytes: Uint8Array, flags: number): number | undefined {
  let at: number | undefined = FIXED_BYTES;
  if (flags & EXTRA) at += 2 + bytes[at]! + 256 * bytes[at + 1]!;
  if (flags & NAME) at = textEnd(bytes, at);
  if (flags & COMMENT && at !== undefined) at = textEnd(bytes, at);
  return at !== undefined && flags & HEADER_CRC ? at + 2 : at;
}

/** True unless these bytes, of any number, cannot begin a member. */
export function beginsMember(bytes: Uint8Array): boolean {
  const [first = 0x1f, second = 0x8b, method = 8, flags = 0] = bytes;
  return first === 0x1f && second === 0x8b && method === 8 && (flags & RESERVED) === 0;
}

/**
 * Length of the header at the start of `bytes`; undefined if more bytes are needed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1952
 */
export function headerBytes(bytes: Uint8Array): number | undefined {
  const flags = bytes[3];
  if (flags === undefined || bytes.length < FIXED_BYTES + 2) return undefined;
  const end = optionalEnd(bytes, flags);
  return end !== undefined && end <= bytes.length ? end : undefined;
}
