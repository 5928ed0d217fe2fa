import { CorruptSourceError } from '#core/errors.ts';
import type { ByteRange, ByteSource } from './byte-source.ts';

/**
 * Checks that a range lies inside the object. A length that was read from a damaged header is so
 * refused before anything of that size is allocated.
 *
 * @throws {CorruptSourceError} offset or length is negative or not a whole number, or the range
 * passes the end.
 */
export function assertRange(source: Pick<ByteSource, 'uri' | 'size'>, range: ByteRange): void {
  const { offset, length } = range;
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (isWhole && offset >= 0 && length >= 0 && offset + length <= source.size) return;
  throw new CorruptSourceError(
    `${source.uri} has ${source.size} bytes, so ${length} bytes at offset ${offset} cannot be read; the file is damaged or cut short`,
  );
}
