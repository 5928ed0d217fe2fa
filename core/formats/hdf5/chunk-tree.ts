import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { readTreeNode, treeNodeBytes } from './btree-v1.ts';
import { type ChunkEntry, chunkCount } from './chunk-entry.ts';
import type { Dataset } from './dataset.ts';

/** Where a node is read from, and the level that it must have; undefined for the root. */
interface NodePlace {
  readonly address: number;
  readonly source: ByteSource;
  readonly level: number | undefined;
}

/** A walk that ends: each node counts, and a tree has at most as many as it has chunks on each level. */
interface Walk {
  readonly dataset: Dataset;
  readonly chunkElements: number;
  nodesLeft: number;
}

/** Children of a node that are fetched at once: as many as a node has unless the file says otherwise. */
const PREFETCHED = 64;

/** The library's default: twice 32 children. */
const EXPECTED_CHILDREN = 64;

async function* walkChildren(
  walk: Walk,
  children: readonly { readonly address: number }[],
  level: number,
): AsyncGenerator<ChunkEntry[]> {
  const { file } = walk.dataset;
  const { header, chunkEntry } = treeNodeBytes(file.sizes);
  const length = header + EXPECTED_CHILDREN * chunkEntry;
  for (let i = 0; i < children.length; i += PREFETCHED) {
    const some = children.slice(i, i + PREFETCHED);
    const ranges = some.map(({ address }) => ({ offset: address, length }));
    const source = await withPrefetched(file.unpaged, ranges);
    for (const { address } of some) yield* walkNode(walk, { address, source, level });
  }
}

async function* walkNode(walk: Walk, place: NodePlace): AsyncGenerator<ChunkEntry[]> {
  const { dataset, chunkElements } = walk;
  const { file, where } = dataset;
  const node = await readTreeNode(file, { ...place, type: 'chunk', where });
  walk.nodesLeft--;
  if (walk.nodesLeft < 0 || (place.level !== undefined && node.level !== place.level)) {
    throw new CorruptSourceError(
      `${where} has a tree of chunks that contains itself; the file is damaged`,
    );
  }
  if (node.level > 0) {
    yield* walkChildren(walk, node.children, node.level - 1);
    return;
  }
  yield node.children.map(({ element, address, storedBytes, filterMask }) => ({
    chunk: element / chunkElements,
    ...{ address, storedBytes, filterMask },
  }));
}

/**
 * Walks the B-tree of version 1 of a dataset's chunks.
 *
 * One read for each node, those of up to 64 siblings at the same time; a million chunks have about 16,000
 * to 32,000 nodes of 2 KiB. Holds 64 nodes a level.
 *
 * @throws {CorruptSourceError} a node is damaged, of another level, or met too often.
 */
export function walkChunkTree(
  dataset: Dataset,
  chunkElements: number,
  address: number,
): AsyncGenerator<ChunkEntry[]> {
  const walk = { dataset, chunkElements, nodesLeft: 64 + 2 * chunkCount(dataset) };
  return walkNode(walk, { address, source: dataset.file.source, level: undefined });
}
