import { inOrder } from '#core/bytes/in-order.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { type ConversionBounds, entryBytesOf, sortedEntriesOf } from './conversion-bounds.ts';
import type { KeyedEntries } from './counting-sort.ts';
import type { EntrySource } from './entry-source.ts';
import { openJobObjects } from './job-objects.ts';
import { requireBuckets } from './scan-segment.ts';
import {
  cutBlocks,
  readBlock,
  readSection,
  type ScatterLayout,
  type Section,
} from './scattered-object.ts';
import { writePart } from './write-part.ts';

/** Blocks of at most 2 MiB that are read at once, to hide what a request waits for its first byte. */
const BLOCKS_AT_ONCE = 8;

/** Reads of 16 bytes at once. */
const SECTIONS_AT_ONCE = 16;

/** Finds one bucket in what was scattered, in the order of the segments. One read of 16 bytes each. */
async function findSections(
  { uri, segments }: EntrySource,
  staged: StageStore,
  bucket: number,
): Promise<Section[]> {
  const objects = await openJobObjects(staged, 'scatter', segments, uri);
  const reads = objects.map((object) => () => readSection(object, bucket));
  return await Array.fromAsync(inOrder(reads, SECTIONS_AT_ONCE));
}

/** Reads the blocks of all sections in order, or the first `itemBytes` of each entry. */
function readBlocks(
  sections: readonly Section[],
  layout: ScatterLayout,
  itemBytes?: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reads = sections
    .values()
    .flatMap((section) =>
      cutBlocks(section, layout.blockEntries).map(
        (block) => () => readBlock(section.object, block, layout, itemBytes),
      ),
    );
  return inOrder(reads, BLOCKS_AT_ONCE);
}

async function* readRows(
  sections: readonly Section[],
  layout: ScatterLayout,
): AsyncGenerator<Int32Array> {
  for await (const { buffer } of readBlocks(sections, layout, Int32Array.BYTES_PER_ELEMENT)) {
    yield new Int32Array(buffer);
  }
}

async function* readEntries(
  sections: readonly Section[],
  layout: ScatterLayout,
): AsyncGenerator<KeyedEntries> {
  for await (const bytes of readBlocks(sections, layout)) {
    const count = bytes.length / layout.entryBytes;
    const columns = bytes.subarray(4 * count, 8 * count);
    yield {
      keys: new Int32Array(bytes.buffer, 0, count),
      fields: [columns, bytes.subarray(8 * count)],
    };
  }
}

/**
 * Gathers one bucket from what was scattered of every segment, and leaves it as a CSR part.
 *
 * Reads 16 bytes of each scattered object, then the rows of its section, then the whole of it; the last
 * two again for each 64 MiB that the bucket holds beyond the first. Up to eight reads of at most 2 MiB
 * are under way. Holds them and what {@link writePart} does.
 *
 * @throws {BoundExceededError} a row is larger than a writer could read.
 */
export async function gatherBucket(
  entries: EntrySource,
  staged: StageStore,
  bucket: number,
  bounds: ConversionBounds,
): Promise<void> {
  const { uri, dtype } = entries;
  const starts = await requireBuckets(uri, staged);
  const layout: ScatterLayout = {
    buckets: starts.length - 1,
    blockEntries: bounds.blockEntries,
    entryBytes: entryBytesOf(dtype),
  };
  const sections = await findSections(entries, staged, bucket);
  const rowStart = starts[bucket]!;
  await writePart(
    {
      part: bucket,
      uri,
      rowStart,
      rows: starts[bucket + 1]! - rowStart,
      dtype,
      readRows: () => readRows(sections, layout),
      readEntries: () => readEntries(sections, layout),
    },
    staged,
    sortedEntriesOf(dtype, bounds),
  );
}
