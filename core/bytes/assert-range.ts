import { CorruptSourceError } from '#core/errors.ts';
import type { ByteRange, ByteSource } from './byte-source.ts';

/**
 * Checks that a range lies inside the object, so that a length found in a damaged header is refused
 * before anything of that size is allocated.
 *
 * @throws {CorruptSourceError} the range is not whole and positive, or passes the end.
 */
export function assertRange(source: Pick<ByteSource, 'uri' | 'size'>, range: ByteRange): void {
  const { offset, length } = range;
  const isWhole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (isWhole && offset >= 0 && length >= 0 && offset + length <= source.size) return;
  throw new CorruptSourceError(
    `${source.uri} has ${source.size} bytes, so ${length} bytes at offset ${offset} cannot be read; the file is damaged or cut short`,
  );
}
