import { bytesOf } from '#core/bytes/bytes-of.ts';
import type { ScatterLayout } from './scattered-object.ts';

/** Copies some entries of a block, field by field, behind the `held` ones of `fields`. */
function copyEntries(
  block: Uint8Array,
  { from, count, entries }: { from: number; count: number; entries: number },
  fields: readonly Uint8Array[],
  held: number,
  fieldBytes: readonly number[],
): void {
  let fieldStart = 0;
  for (const [i, bytes] of fieldBytes.entries()) {
    const start = fieldStart + from * bytes;
    fields[i]!.set(block.subarray(start, start + count * bytes), held * bytes);
    fieldStart += entries * bytes;
  }
}

/**
 * Joins blocks to the bytes of an object of the form of a {@link ScatterLayout}.
 *
 * Holds one block. A piece is valid until the next one is requested.
 *
 * @param blocks whole blocks of other such objects, bucket by bucket.
 * @param starts the table of the object.
 * @param fieldBytes bytes of a row, a column and a value.
 */
export async function* joinBlocks(
  blocks: AsyncIterable<Uint8Array>,
  starts: Float64Array,
  { blockEntries, entryBytes }: ScatterLayout,
  fieldBytes: readonly number[],
): AsyncGenerator<Uint8Array> {
  yield bytesOf(starts);
  const fields = fieldBytes.map((bytes) => new Uint8Array(blockEntries * bytes));
  const ends = [...starts.subarray(1)].values();
  let bucketEnd = 0;
  let at = 0;
  /** Entries in `fields`; those of a block that is not complete yet. */
  let held = 0;
  for await (const block of blocks) {
    const entries = block.length / entryBytes;
    for (let from = 0; from < entries; ) {
      while (bucketEnd <= at) bucketEnd = ends.next().value!;
      const blockEnd = Math.min(bucketEnd, (Math.floor(at / blockEntries) + 1) * blockEntries);
      const count = Math.min(entries - from, blockEnd - at);
      copyEntries(block, { from, count, entries }, fields, held, fieldBytes);
      from += count;
      at += count;
      held += count;
      if (at < blockEnd) continue;
      for (const [i, bytes] of fieldBytes.entries()) yield fields[i]!.subarray(0, held * bytes);
      held = 0;
    }
  }
}
