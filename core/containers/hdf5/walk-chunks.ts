import { CorruptSourceError } from '#core/errors.ts';
import { type ChunkEntry, chunkBytes, chunkCount } from './chunk-entry.ts';
import { walkChunkTree } from './chunk-tree.ts';
import type { Dataset } from './dataset.ts';
import { walkExtensibleArray } from './extensible-array.ts';
import { walkFixedArray } from './fixed-array.ts';
import type { Storage } from './layout.ts';

/** Chunks of an implicit index per yielded batch. */
const BATCH = 1024;

/** Walks chunks without an index: they lie one after the other, unfiltered. */
async function* walkImplicit(dataset: Dataset, address: number): AsyncGenerator<ChunkEntry[]> {
  const chunks = chunkCount(dataset);
  const storedBytes = chunkBytes(dataset);
  for (let first = 0; first < chunks; first += BATCH) {
    yield Array.from({ length: Math.min(BATCH, chunks - first) }, (_, i) => {
      const chunk = first + i;
      return { chunk, address: address + chunk * storedBytes, storedBytes, filterMask: 0 };
    });
  }
}

async function* walkSingle(
  dataset: Dataset,
  address: number,
  filtered: { readonly storedBytes: number; readonly filterMask: number } | undefined,
): AsyncGenerator<ChunkEntry[]> {
  const { storedBytes, filterMask } = filtered ?? {
    storedBytes: chunkBytes(dataset),
    filterMask: 0,
  };
  yield [{ chunk: 0, address, storedBytes, filterMask }];
}

async function* walkIndex(
  dataset: Dataset,
  { index, chunkElements }: Extract<Storage, { kind: 'chunks' }>,
): AsyncGenerator<ChunkEntry[]> {
  const { address } = index;
  if (address === undefined || dataset.length === 0) return;
  if (index.kind === 'tree') yield* walkChunkTree(dataset, chunkElements, address);
  if (index.kind === 'single') yield* walkSingle(dataset, address, index.filtered);
  if (index.kind === 'implicit') yield* walkImplicit(dataset, address);
  if (index.kind === 'fixed array') yield* walkFixedArray(dataset, address);
  if (index.kind === 'extensible array') yield* walkExtensibleArray(dataset, address);
}

/**
 * Most bytes that a chunk can be stored in. Deflate adds at most five bytes per 16 KiB that do not
 * shrink, fletcher32 adds four.
 */
function mostStoredBytes(bytes: number): number {
  return bytes + Math.ceil(bytes / 1024) + 64;
}

function assertEntry(entry: ChunkEntry, least: number, dataset: Dataset): void {
  const { where, file } = dataset;
  const { chunk, address, storedBytes } = entry;
  if (!Number.isInteger(chunk) || chunk < least || chunk >= chunkCount(dataset)) {
    throw new CorruptSourceError(
      `${where} has an index with chunk ${chunk} where a whole number from ${least} to ${chunkCount(dataset) - 1} was expected; the file is damaged`,
    );
  }
  // 0 bytes are refused: in a chunk table they mean a chunk that was never written.
  if (storedBytes < 1 || storedBytes > mostStoredBytes(chunkBytes(dataset))) {
    throw new CorruptSourceError(
      `${where} has ${storedBytes} bytes in chunk ${chunk}, expected 1 to ${mostStoredBytes(chunkBytes(dataset))}; the file is damaged`,
    );
  }
  if (address + storedBytes <= file.source.size) return;
  throw new CorruptSourceError(
    `${where} has chunk ${chunk} past the end of the file; the file is damaged or cut short`,
  );
}

/**
 * Finds the chunks of a dataset in their order, in batches. Chunks that were never written are
 * omitted.
 *
 * Reads the index once and holds a few nodes of it; the walk of each kind of index says how many.
 *
 * @throws {CorruptSourceError} the index is damaged, cyclic or out of order, or a chunk lies
 * outside the file.
 * @throws {BoundExceededError} a block of the index is longer than 16 MiB.
 */
export async function* walkChunks(dataset: Dataset): AsyncGenerator<ChunkEntry[]> {
  const { storage, length } = dataset;
  if (storage.kind === 'whole') return;
  const rawEdge =
    storage.hasRawEdge && length % storage.chunkElements > 0 ? chunkCount(dataset) - 1 : -1;
  let least = 0;
  for await (const entries of walkIndex(dataset, storage)) {
    for (const entry of entries) {
      assertEntry(entry, least, dataset);
      least = entry.chunk + 1;
    }
    yield entries.map((entry) =>
      entry.chunk === rawEdge ? { ...entry, filterMask: 0xffffffff } : entry,
    );
  }
}
