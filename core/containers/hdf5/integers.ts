import { decodeValues } from '#core/elements/decode.ts';
import type { ElementType } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';

/**
 * Decodes a few integers, such as a shape; the bytes are reused.
 *
 * @param where names them in messages.
 * @throws {CorruptSourceError} one is no integer below 2^53.
 */
export function readIntegers(
  bytes: Uint8Array<ArrayBuffer>,
  type: ElementType,
  where: string,
): number[] {
  const numbers = Array.from(decodeValues(bytes, type), Number);
  const bad = numbers.find((value) => !Number.isSafeInteger(value));
  if (bad === undefined) return numbers;
  throw new CorruptSourceError(`${where} holds ${bad}, expected integers below 2^53`);
}
