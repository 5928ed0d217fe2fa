import { decodeValues } from '#core/elements/decode.ts';
import type { ElementType } from '#core/elements/dtype.ts';
import { CorruptSourceError } from '#core/errors.ts';

/**
 * Decodes a few integers, such as a shape. Reuses the bytes.
 *
 * @param where name of the integers in messages.
 * @throws {CorruptSourceError} an integer is 2^53 or more.
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
