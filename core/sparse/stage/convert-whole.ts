import { bytesOf } from '#core/bytes/bytes-of.ts';
import type { StageStore } from '#core/objects/stage-store.ts';
import { type ConversionBounds, sortedEntriesOf } from './conversion-bounds.ts';
import type { KeyedEntries } from './counting-sort.ts';
import type { EntrySource } from './entry-source.ts';
import { readEntries, toInt32 } from './read-entries.ts';
import { writePart } from './write-part.ts';

/** Reads all entries of the matrix, one segment after the other. */
async function* readAll(entries: EntrySource): AsyncGenerator<KeyedEntries> {
  for (let segment = 0; segment < entries.segments; segment++) {
    for await (const { rows, columns, values } of readEntries(entries, segment)) {
      yield { keys: toInt32(rows), fields: [bytesOf(columns), values] };
    }
  }
}

async function* readRows(entries: EntrySource): AsyncGenerator<Int32Array> {
  for await (const { keys } of readAll(entries)) yield keys;
}

/** True if a matrix is small enough for one job: at most 64 MiB of entries and 4 Mi rows. */
export function fitsOneJob(
  { shape, dtype, maxEntries }: EntrySource,
  bounds: ConversionBounds,
): boolean {
  return shape[0] <= bounds.partRows && maxEntries <= sortedEntriesOf(dtype, bounds);
}

/**
 * Converts a matrix that fits into one job to one CSR part, directly from its segments, in two
 * passes over them. Holds what {@link writePart} holds.
 *
 * @throws {CorruptSourceError} an entry lies outside the matrix.
 * @throws {BoundExceededError} a row is larger than a writer can read.
 */
export async function convertWhole(
  entries: EntrySource,
  staged: StageStore,
  bounds: ConversionBounds,
): Promise<void> {
  await writePart(
    {
      part: 0,
      uri: entries.uri,
      rowStart: 0,
      rows: entries.shape[0],
      dtype: entries.dtype,
      readRows: () => readRows(entries),
      readEntries: () => readAll(entries),
    },
    staged,
    sortedEntriesOf(entries.dtype, bounds),
  );
}
