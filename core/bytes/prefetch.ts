import type { ByteRange, ByteSource } from './byte-source.ts';

/**
 * Ranges with at most this gap between them are read as one. A request of its own costs some 15 ms
 * until S3 sends the first byte; the bytes of the gap cost less than 1 ms, because a Lambda
 * function reads 75 MB/s. Time alone would allow a gap of 1 MB (15 ms × 75 MB/s). At 64 KiB a
 * merged read saves 14 of the 15 ms, and even many gaps take little memory.
 */
const COALESCE_GAP_BYTES = 64 * 1024;

interface Run extends ByteRange {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function clip({ offset, length }: ByteRange, size: number): ByteRange {
  const start = Math.min(Math.max(offset, 0), size);
  return { offset: start, length: Math.max(Math.min(offset + length, size) - start, 0) };
}

function coalesce(ranges: readonly ByteRange[]): ByteRange[] {
  const merged: ByteRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = merged.at(-1);
    if (last === undefined || range.offset > last.offset + last.length + COALESCE_GAP_BYTES) {
      merged.push(range);
      continue;
    }
    const end = Math.max(last.offset + last.length, range.offset + range.length);
    merged[merged.length - 1] = { offset: last.offset, length: end - last.offset };
  }
  return merged;
}

/**
 * Reads some ranges now and returns a source that answers from them. Any other read goes to
 * `source`. Ranges are clipped to the object; ranges less than 64 KiB apart are read together.
 *
 * Cost: one read for each group of near ranges; none where `source` is itself prefetched and has
 * the bytes. Holds the bytes of all groups.
 *
 * @example
 * const head = { offset: 0, length: 1024 };
 * const tail = { offset: source.size - 1024, length: 1024 };
 * const fetched = await withPrefetched(source, [head, tail]);
 * const magic = await fetched.read({ offset: 0, length: 6 }); // no request
 */
export async function withPrefetched(
  source: ByteSource,
  ranges: readonly ByteRange[],
): Promise<ByteSource> {
  const wanted = coalesce(ranges.map((range) => clip(range, source.size)));
  const runs: Run[] = await Promise.all(
    wanted.map(async (range) => ({ ...range, bytes: await source.read(range) })),
  );
  return {
    uri: source.uri,
    size: source.size,
    etag: source.etag,
    async read(range) {
      const end = range.offset + range.length;
      const run = runs.find((r) => range.offset >= r.offset && end <= r.offset + r.length);
      if (run === undefined) return source.read(range);
      return run.bytes.slice(range.offset - run.offset, end - run.offset);
    },
  };
}
