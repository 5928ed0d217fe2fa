import { bytesOf } from '#core/bytes/bytes-of.ts';
import { ITEM_BYTES } from '#core/elements/dtype.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { type ConversionBounds, sortedEntriesOf } from './conversion-bounds.ts';
import { countKeys, type KeyedEntries, type Sorting, sortRun } from './counting-sort.ts';
import type { EntrySource } from './entry-source.ts';
import { readEntries } from './read-entries.ts';
import { createBucketFinder, groupRowsOf } from './row-buckets.ts';
import { requireBuckets } from './scan-segment.ts';
import { cutBlocks } from './scattered-object.ts';
import { jobName } from './stage-names.ts';

/**
 * The entries of one segment with their bucket as key: their rows within the bucket, columns and
 * values.
 */
async function* bucketEntries(
  entries: EntrySource,
  segment: number,
  find: ReturnType<typeof createBucketFinder>,
): AsyncGenerator<KeyedEntries> {
  for await (const { rows, columns, values } of readEntries(entries, segment)) {
    const found = find(rows);
    const fields = [bytesOf(found.rows), bytesOf(columns), values];
    yield { keys: found.buckets, fields };
  }
}

async function* keysOf(batches: AsyncIterable<KeyedEntries>): AsyncGenerator<Int32Array> {
  for await (const { keys } of batches) yield keys;
}

/**
 * The bytes of the object that {@link ScatterLayout} describes, one run of sorted entries after the
 * other.
 */
async function* writeScattered(
  sorting: Sorting,
  starts: Int32Array,
  runEntries: number,
  blockEntries: number,
): AsyncGenerator<Uint8Array> {
  yield bytesOf(new Float64Array(starts));
  const entries = starts[starts.length - 1]!;
  let bucket = 0;
  for (let start = 0; start < entries; start += runEntries) {
    const run = { start, end: Math.min(start + runEntries, entries) };
    const sorted = await sortRun(sorting, starts, run);
    for (let from = run.start; from < run.end; ) {
      while (starts[bucket + 1]! <= from) bucket++;
      const to = Math.min(run.end, starts[bucket + 1]!);
      for (const block of cutBlocks({ start: from, end: to }, blockEntries)) {
        for (const [i, bytes] of sorting.fieldBytes.entries()) {
          yield sorted[i]!.subarray((block.start - start) * bytes, (block.end - start) * bytes);
        }
      }
      from = to;
    }
  }
}

/**
 * Sorts the entries of one segment by bucket and stages them as one object. The entries of a bucket
 * stay in stored order.
 *
 * Two passes over the segment, and one more for each 64 MiB of entries beyond the first. So a large
 * segment, which could not be cut, takes more time but not more memory. Holds 64 MiB and a batch.
 *
 * @throws {CorruptSourceError} an entry lies outside the matrix.
 */
export async function scatterSegment(
  entries: EntrySource,
  staged: StageStore,
  segment: number,
  bounds: ConversionBounds,
): Promise<void> {
  const { uri, shape, dtype } = entries;
  const bucketStarts = await requireBuckets(uri, staged);
  const find = createBucketFinder(bucketStarts, groupRowsOf(shape[0], bounds.rowGroups));
  const sorting: Sorting = {
    fieldBytes: [4, 4, ITEM_BYTES[dtype]],
    replay: () => bucketEntries(entries, segment, find),
  };
  const where = `segment ${segment} of ${uri}`;
  const starts = await countKeys(keysOf(sorting.replay()), bucketStarts.length - 1, where);
  await staged.create(
    jobName('scatter', segment),
    writeScattered(sorting, starts, sortedEntriesOf(dtype, bounds), bounds.blockEntries),
  );
}
