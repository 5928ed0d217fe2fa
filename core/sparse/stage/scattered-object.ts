import type { StagedObject } from '#core/objects/stage-store.ts';
import type { SortedRun } from './counting-sort.ts';

/**
 * The staged object with the scattered entries of one segment, or of the segments of a tile. It has
 * a table of `buckets + 1` float64, the number of the entry at which each bucket begins, then all
 * entries sorted by bucket, in blocks. A block has entries of one bucket, and ends at every
 * multiple of `blockEntries` of the object. It has its int32 rows, then its int32 columns, then its
 * values.
 */
export interface ScatterLayout {
  readonly buckets: number;
  readonly blockEntries: number;
  /** Bytes of a row, a column and a value together. */
  readonly entryBytes: number;
}

/** The entries of one bucket in one scattered object. */
export interface Section extends SortedRun {
  readonly object: StagedObject;
}

/** Bytes of the table. */
function tableBytesOf({ buckets }: ScatterLayout): number {
  return (buckets + 1) * Float64Array.BYTES_PER_ELEMENT;
}

/** Cuts a run of entries at the multiples of `blockEntries`. */
export function* cutBlocks({ start, end }: SortedRun, blockEntries: number): Generator<SortedRun> {
  for (let from = start; from < end; ) {
    const to = Math.min(end, (Math.floor(from / blockEntries) + 1) * blockEntries);
    yield { start: from, end: to };
    from = to;
  }
}

/**
 * Reads where each of the buckets `[start, end)` begins in a scattered object, then where the last
 * one ends. One read of 8 bytes per bucket and 8 more.
 */
export async function readStarts(
  { source }: StagedObject,
  { start, end }: SortedRun,
): Promise<Float64Array> {
  const range = { offset: 8 * start, length: 8 * (end - start + 1) };
  return new Float64Array((await source.read(range)).buffer);
}

/** Reads where a bucket begins and ends in a scattered object. One read of 16 bytes. */
export async function readSection(object: StagedObject, bucket: number): Promise<Section> {
  const [start = 0, end = 0] = await readStarts(object, { start: bucket, end: bucket + 1 });
  return { object, start, end };
}

/**
 * Reads the first `itemBytes` bytes of each entry of a block; with 4 only the rows. Whole entries
 * may be those of several blocks, one block after the other. One read; none without entries.
 */
export function readBlock(
  { source }: StagedObject,
  { start, end }: SortedRun,
  layout: ScatterLayout,
  itemBytes = layout.entryBytes,
): Promise<Uint8Array<ArrayBuffer>> {
  const offset = tableBytesOf(layout) + start * layout.entryBytes;
  return source.read({ offset, length: (end - start) * itemBytes });
}
