import { assertRange } from './assert-range.ts';
import type { ByteRange, ByteSource } from './byte-source.ts';

/** A range of a source as a source of its own. */
export function rangeSource(source: ByteSource, within: ByteRange): ByteSource {
  const { uri, etag } = source;
  const own = { uri, etag, size: within.length };
  return {
    ...own,
    read: async (range) => {
      assertRange(own, range);
      return await source.read({ ...range, offset: within.offset + range.offset });
    },
  };
}
