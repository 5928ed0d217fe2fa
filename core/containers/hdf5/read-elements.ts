import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { encodeChunkTable } from './chunk-table.ts';
import { chunkedSource } from './chunked-source.ts';
import type { Dataset, NumberDataset } from './dataset.ts';
import { readIntegers } from './integers.ts';

/** Most elements that are read; a shape has two. */
const MAX_ELEMENTS = 32;

/** Opens the chunks of a dataset: makes their table in memory, 16 bytes per chunk. */
async function openChunks(object: ByteSource, dataset: Dataset, size: number): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeChunkTable(dataset)) pieces.push(piece);
  return chunkedSource({ object, index: memorySource(Buffer.concat(pieces)), size });
}

/** The elements of a dataset as bytes, from `offset` of `source` on. */
export async function openElements(
  dataset: Dataset,
): Promise<{ readonly source: ByteSource; readonly offset: number }> {
  const { storage, length, itemBytes, file } = dataset;
  if (storage.kind === 'whole') return { source: file.source, offset: storage.address ?? 0 };
  return { source: await openChunks(file.object, dataset, length * itemBytes), offset: 0 };
}

/**
 * Reads a dataset of a few integers, such as the shape in a 10x file, which may be chunked and
 * compressed.
 *
 * @throws {CorruptSourceError} it is damaged, or has more than 32 elements.
 */
export async function readSmallDataset(dataset: NumberDataset): Promise<number[]> {
  const { length, itemBytes, where } = dataset;
  if (length > MAX_ELEMENTS) {
    throw new CorruptSourceError(
      `${where} has ${length} elements, expected at most ${MAX_ELEMENTS}`,
    );
  }
  const { source, offset } = await openElements(dataset);
  return readIntegers(await source.read({ offset, length: length * itemBytes }), dataset, where);
}
