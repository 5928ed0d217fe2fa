import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { encodeChunkTable } from './chunk-table.ts';
import { chunkedSource } from './chunked-source.ts';
import type { Dataset } from './dataset.ts';
import { readIntegers } from './integers.ts';

/** Most elements that are read; a shape has two. */
const MAX_ELEMENTS = 32;

/** Opens the chunks of a small dataset: makes their table in memory. */
async function openChunks(object: ByteSource, dataset: Dataset, size: number): Promise<ByteSource> {
  const pieces: Uint8Array[] = [];
  for await (const piece of encodeChunkTable(dataset)) pieces.push(piece);
  return chunkedSource({ object, index: memorySource(Buffer.concat(pieces)), size });
}

/**
 * Reads a dataset of a few integers, such as the shape in a 10x file, which may be chunked and
 * compressed.
 *
 * @throws {CorruptSourceError} it is damaged, or has more than 32 elements.
 */
export async function readSmallDataset(dataset: Dataset): Promise<number[]> {
  const { storage, length, itemBytes, where, file } = dataset;
  if (length > MAX_ELEMENTS) {
    throw new CorruptSourceError(
      `${where} has ${length} elements, expected at most ${MAX_ELEMENTS}`,
    );
  }
  const size = length * itemBytes;
  const isWhole = storage.kind === 'whole';
  const source = isWhole ? file.source : await openChunks(file.object, dataset, size);
  const offset = (isWhole && storage.address) || 0;
  return readIntegers(await source.read({ offset, length: size }), dataset, where);
}
