import { inOrder } from '#core/bytes/in-order.ts';
import type { StagedObject, StageStore } from '#core/objects/stage-store.ts';
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
import { SCATTER_PREFIX, scatterNames } from './stage-names.ts';
import { gridOf, tilesOf } from './tile-grid.ts';
import { writePart } from './write-part.ts';

/**
 * Blocks of at most 2 MiB that are read at the same time, because each request waits for its first
 * byte.
 */
const BLOCKS_AT_ONCE = 8;

/** Reads of 16 bytes at the same time. */
const SECTIONS_AT_ONCE = 16;

/** Objects with the entries of a bucket: the tiles of its group, or those of all segments. */
function objectsOf(segments: number, buckets: number, bucket: number, bounds: ConversionBounds) {
  const grid = gridOf(segments, buckets, bounds);
  if (grid !== undefined) return tilesOf(grid, bucket);
  const names = scatterNames({ start: 0, end: segments });
  return { folder: SCATTER_PREFIX, names, buckets: { start: 0, end: buckets } };
}

/**
 * Finds the section of one bucket in each object, in the order of the segments. One read of 16
 * bytes per object.
 */
async function findSections(objects: readonly StagedObject[], bucket: number): Promise<Section[]> {
  const reads = objects.map((object) => () => readSection(object, bucket));
  return await Array.fromAsync(inOrder(reads, SECTIONS_AT_ONCE));
}

/**
 * Reads the blocks of all sections in order: whole, or the first `itemBytes` bytes of each entry.
 */
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
 * Gathers one bucket from the scattered objects of all segments, or from the tiles that they were
 * merged to, and stages it as a CSR part.
 *
 * Reads 16 bytes of each object, then the rows of its section, then the whole section.
 * For each 64 MiB of the bucket beyond the first, rows and section are read again. Up to eight
 * reads of at most 2 MiB run at the same time. Holds these and what {@link writePart} holds.
 *
 * @throws {BoundExceededError} a row is larger than a writer can read.
 */
export async function gatherBucket(
  entries: EntrySource,
  staged: StageStore,
  bucket: number,
  bounds: ConversionBounds,
): Promise<void> {
  const { uri, dtype, segments } = entries;
  const starts = await requireBuckets(uri, staged);
  const { buckets, ...wanted } = objectsOf(segments, starts.length - 1, bucket, bounds);
  const layout: ScatterLayout = {
    buckets: buckets.end - buckets.start,
    blockEntries: bounds.blockEntries,
    entryBytes: entryBytesOf(dtype),
  };
  const objects = await openJobObjects(staged, wanted, uri);
  const sections = await findSections(objects, bucket - buckets.start);
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
