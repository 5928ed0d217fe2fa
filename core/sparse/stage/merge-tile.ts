import { inOrder } from '#core/bytes/in-order.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { type ConversionBounds, entryBytesOf } from './conversion-bounds.ts';
import type { EntrySource } from './entry-source.ts';
import { openJobObjects } from './job-objects.ts';
import { joinBlocks } from './join-blocks.ts';
import {
  cutBlocks,
  readBlock,
  readStarts,
  type ScatterLayout,
  type Section,
} from './scattered-object.ts';
import { SCATTER_PREFIX, scatterNames } from './stage-names.ts';
import { type Tile, type TileGrid, tileOf } from './tile-grid.ts';

/** Reads at the same time: most are small. */
const READS_AT_ONCE = 16;

/** Blocks of at most 2 MiB that are read at the same time. */
const BLOCKS_AT_ONCE = 8;

/** The entries of one segment of a tile. */
interface TileSegment extends Omit<Section, 'start' | 'end'> {
  /** Where each bucket of the tile begins in the segment, then where the last one ends. */
  readonly starts: Float64Array;
}

/** Consecutive buckets of a tile whose entries are held at the same time: `[first, end)`. */
interface Window {
  readonly first: number;
  readonly end: number;
  readonly entries: number;
}

/** Where each bucket begins in the tile, then the number of its entries. */
function startsOf(segments: readonly TileSegment[], buckets: number): Float64Array {
  const starts = new Float64Array(buckets + 1);
  for (let bucket = 0; bucket < buckets; bucket++) {
    let entries = 0;
    for (const segment of segments)
      entries += segment.starts[bucket + 1]! - segment.starts[bucket]!;
    starts[bucket + 1] = starts[bucket]! + entries;
  }
  return starts;
}

/** Cuts the buckets of a tile into windows of at most `maxEntries`, or of a single bucket. */
function* cutWindows(starts: Float64Array, maxEntries: number): Generator<Window> {
  const buckets = starts.length - 1;
  for (let first = 0; first < buckets; ) {
    let end = first + 1;
    while (end < buckets && starts[end + 1]! - starts[first]! <= maxEntries) end++;
    yield { first, end, entries: starts[end]! - starts[first]! };
    first = end;
  }
}

function sectionOf({ object, starts }: TileSegment, { first, end }: Window): Section {
  return { object, start: starts[first]!, end: starts[end]! };
}

/** Reads a window whole, one read per segment that has entries in it; yields its blocks. */
async function* readWindow(
  segments: readonly TileSegment[],
  window: Window,
  layout: ScatterLayout,
): AsyncGenerator<Uint8Array> {
  const { entryBytes, blockEntries } = layout;
  const sections = segments.map((segment) => sectionOf(segment, window));
  const reads = sections.map((section) => () => readBlock(section.object, section, layout));
  const runs = await Array.fromAsync(inOrder(reads, READS_AT_ONCE));
  for (let bucket = window.first; bucket < window.end; bucket++) {
    for (const [i, { starts }] of segments.entries()) {
      const { start } = sections[i]!;
      const run = { start: starts[bucket]!, end: starts[bucket + 1]! };
      for (const block of cutBlocks(run, blockEntries)) {
        yield runs[i]!.subarray(
          (block.start - start) * entryBytes,
          (block.end - start) * entryBytes,
        );
      }
    }
  }
}

/** Reads a bucket that is too large to be held, block by block. */
function readLargeBucket(
  segments: readonly TileSegment[],
  window: Window,
  layout: ScatterLayout,
): AsyncGenerator<Uint8Array> {
  const reads = segments
    .values()
    .map((segment) => sectionOf(segment, window))
    .flatMap((section) =>
      cutBlocks(section, layout.blockEntries).map(
        (block) => () => readBlock(section.object, block, layout),
      ),
    );
  return inOrder(reads, BLOCKS_AT_ONCE);
}

/** Reads all blocks of a tile bucket by bucket, and of a bucket in the order of the segments. */
async function* readBlocks(
  segments: readonly TileSegment[],
  starts: Float64Array,
  layout: ScatterLayout,
  maxEntries: number,
): AsyncGenerator<Uint8Array> {
  for (const window of cutWindows(starts, maxEntries)) {
    if (window.entries <= maxEntries) yield* readWindow(segments, window, layout);
    else yield* readLargeBucket(segments, window, layout);
  }
}

async function openTile(
  { uri }: EntrySource,
  staged: StageStore,
  { segments, buckets }: Tile,
): Promise<TileSegment[]> {
  const wanted = { folder: SCATTER_PREFIX, names: scatterNames(segments) };
  const objects = await openJobObjects(staged, wanted, uri);
  const reads = objects.map((object) => async () => ({
    object,
    starts: await readStarts(object, buckets),
  }));
  return await Array.fromAsync(inOrder(reads, READS_AT_ONCE));
}

/**
 * Merges the entries of up to 100 segments in up to 100 buckets, and stages them as one object of
 * the form of a scattered one. So a bucket is gathered from a hundredth of the objects.
 *
 * One read of the places in each segment, then one per segment for each 64 MiB of entries or, of a
 * bucket that is larger, for each block. Holds 64 MiB or eight blocks, and one block more.
 *
 * @throws {CorruptSourceError} a scattered object was removed.
 */
export async function mergeTile(
  entries: EntrySource,
  staged: StageStore,
  { grid, index }: { readonly grid: TileGrid; readonly index: number },
  bounds: ConversionBounds,
): Promise<void> {
  const { dtype } = entries;
  const tile = tileOf(grid, index);
  const entryBytes = entryBytesOf(dtype);
  const layout = { buckets: grid.buckets, blockEntries: bounds.blockEntries, entryBytes };
  const segments = await openTile(entries, staged, tile);
  const starts = startsOf(segments, tile.buckets.end - tile.buckets.start);
  const maxEntries = Math.max(1, Math.floor(bounds.sortBytes / entryBytes));
  const blocks = readBlocks(segments, starts, layout, maxEntries);
  const fieldBytes = [4, 4, ITEM_BYTES[dtype]];
  await staged.create(tile.name, joinBlocks(blocks, starts, layout, fieldBytes));
}
