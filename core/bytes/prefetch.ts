import type { ByteRange, ByteSource } from './byte-source.ts';

/**
 * Ranges closer than this are read as one: an S3 request waits some 15 ms for its first byte, in
 * which a Lambda function's 75 MB/s would have moved a megabyte.
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
 * Reads some ranges at once and returns a source that answers from them; any other read goes to
 * `source`. Ranges are clipped to the object and near ones are read together.
 *
 * Cost: one read for each run of near ranges, and none for runs of which `source` itself has been
 * prefetched. Holds the bytes of the runs.
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
