import { BoundExceededError } from '#core/errors.ts';

/**
 * Most bytes of text per byte of gzip, after the first {@link FREE_BYTES} of text. Matrices shrink
 * to a third or a tenth; deflate's own limit is 1032.
 */
const MAX_RATIO = 500;
const FREE_BYTES = 64 * 1024 * 1024;

/**
 * @param file name and length of a gzip file.
 * @param bytes inflated bytes so far.
 * @throws {BoundExceededError} it inflates to more than 500 times its size.
 */
export function assertRatio(
  { uri, size }: { readonly uri: string; readonly size: number },
  bytes: number,
): void {
  if (bytes <= FREE_BYTES || bytes <= size * MAX_RATIO) return;
  throw new BoundExceededError(
    `${uri} inflates from ${size} bytes to more than ${bytes}, allowed are ${MAX_RATIO} times as many; unpack it first`,
  );
}
