import { combineCrc32, crc32Hex } from '#core/checksum/crc32.ts';
import type { ManifestEntry, Segment } from './manifest.ts';
import { Tally } from './tally.ts';

/** Segments that stand in a manifest itself; more lie beside it. */
export const LISTED_SEGMENTS = 1_000;

/** The entry of one object, and which of its bytes are which rows. */
export interface SingleEntry {
  readonly entry: ManifestEntry;
  readonly segments: readonly Segment[];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

/** The CRC-32 of all content, one after the other. */
function wholeCrc32(entries: readonly ManifestEntry[]): string {
  const crcs = entries.map(({ crc32, contentBytes }) => [Number.parseInt(crc32, 16), contentBytes]);
  return crc32Hex(crcs.reduce((all, [crc, bytes]) => combineCrc32(all, crc!, bytes!), 0));
}

/** Where the rows of a table lie in its source, from the first to the last. */
function rangeOf(first: ManifestEntry, last: ManifestEntry): Pick<ManifestEntry, 'range'> {
  if (first.range === undefined || last.range === undefined) return {};
  return { range: { start: first.range.start, end: last.range.end } };
}

/**
 * Joins the entries of chunks that became one object.
 *
 * @param entries as they were proved, in row order, at least one.
 * @param etag of the object.
 */
export function joinEntries(entries: readonly ManifestEntry[], etag: string): SingleEntry {
  const [first, last] = [entries[0]!, entries.at(-1)!];
  const tally = new Tally();
  let byteStart = 0;
  const segments = entries.map((entry) => {
    const { index, rowStart, rowEnd, counts, contentBytes, crc32, meta, range, rejects } = entry;
    const bytes = meta.content_length;
    const segment = { index, rowStart, rowEnd, counts, byteStart, bytes, contentBytes, crc32 };
    tally.add(counts);
    byteStart += bytes;
    return { ...segment, ...(range && { range }), ...(rejects !== undefined && { rejects }) };
  });
  const entry: ManifestEntry = {
    ...{ url: first.url, mandatory: true },
    meta: {
      content_length: byteStart,
      record_count: sum(entries.map(({ meta }) => meta.record_count)),
    },
    ...{ index: first.index, rowStart: first.rowStart, rowEnd: last.rowEnd },
    counts: tally.sums(),
    contentBytes: sum(entries.map(({ contentBytes }) => contentBytes)),
    ...{ crc32: wholeCrc32(entries), etag },
    ...rangeOf(first, last),
  };
  return { entry, segments };
}
