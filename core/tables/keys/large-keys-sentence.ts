import { MOST_OF_TARGET } from '#core/tables/pack/pack-keys.ts';
import type { Key } from '#core/tables/postgres/key-range.ts';

/** A key that is larger than a file may be, but for it alone. */
export interface LargeKey {
  readonly key: Key;
  /** Of its file. */
  readonly bytes: number;
}

/**
 * A sentence that names keys which alone are larger than files of several keys may be; none where
 * there are no such keys.
 *
 * @param all how many there are; the others are only counted.
 */
export function largeKeysSentence(
  named: readonly LargeKey[],
  { all, targetFileBytes }: { readonly all: number; readonly targetFileBytes: number },
): readonly string[] {
  if (all === 0) return [];
  const keys = named.map(({ key, bytes }) => `${JSON.stringify(key)} of ${bytes} bytes`);
  const rest = all > named.length ? [`and ${all - named.length} more`] : [];
  return [
    `keys alone are larger than ${MOST_OF_TARGET} times the ${targetFileBytes} bytes of output.targetFileBytes: ${[...keys, ...rest].join(', ')}`,
  ];
}
