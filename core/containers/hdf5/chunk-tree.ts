import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withPrefetched } from '#core/bytes/prefetch.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { readTreeNode, type TreeNode, type TreeNodePlace, treeNodeBytes } from './btree-v1.ts';
import { type ChunkEntry, chunkCount } from './chunk-entry.ts';
import type { Dataset } from './dataset.ts';

/** A node, and the source that it is read from. */
interface NodePlace extends TreeNodePlace {
  readonly source: ByteSource;
  /** The elements below it as its parent says, `[from, to)`; undefined for a root. */
  readonly elements?: readonly [from: number, to: number];
}

/** State of a walk. Nodes and children are counted, so that the walk of a cyclic tree ends. */
interface Walk {
  readonly dataset: Dataset;
  readonly chunkElements: number;
  stepsLeft: number;
}

/**
 * Most children of a node that are fetched at the same time: a node has at most so many unless the
 * file says otherwise.
 */
const PREFETCHED = 64;

/**
 * Most steps per chunk: a tree has at most two nodes per chunk, each counted as node and as child,
 * and the chunk itself.
 */
const STEPS_PER_CHUNK = 5;

/** Children of a node by default in HDF5's own library: twice 32. */
const EXPECTED_CHILDREN = 64;

async function* walkChildren(
  walk: Walk,
  { children, end, level }: TreeNode,
): AsyncGenerator<ChunkEntry[]> {
  const { file } = walk.dataset;
  const { header, chunkEntry, chunkEnd } = treeNodeBytes(file.sizes);
  const length = header + EXPECTED_CHILDREN * chunkEntry + chunkEnd;
  for (let i = 0; i < children.length; i += PREFETCHED) {
    const some = children.slice(i, i + PREFETCHED);
    const ranges = some.map(({ address }) => ({ offset: address, length }));
    const source = await withPrefetched(file.unpaged, ranges);
    for (const [at, { address, element }] of some.entries()) {
      const to = children[i + at + 1]?.element ?? end;
      yield* walkNode(walk, { address, source, level: level - 1, elements: [element, to] });
    }
  }
}

function assertWithin({ children, end }: TreeNode, { elements }: NodePlace, where: string): void {
  if (elements === undefined) return;
  const [from, to] = elements;
  if ((children[0]?.element ?? from) >= from && end <= to) return;
  throw new CorruptSourceError(
    `${where} has a tree with chunks that its parent's keys leave out; the file is damaged`,
  );
}

async function* walkNode(walk: Walk, place: NodePlace): AsyncGenerator<ChunkEntry[]> {
  const { dataset, chunkElements } = walk;
  const { file, where } = dataset;
  const node = await readTreeNode(file, { ...place, type: 'chunk', where });
  assertWithin(node, place, where);
  walk.stepsLeft -= 1 + node.children.length;
  if (walk.stepsLeft < 0) {
    throw new CorruptSourceError(
      `${where} has a tree of more nodes than chunks; the file is damaged`,
    );
  }
  if (node.level > 0) {
    yield* walkChildren(walk, node);
    return;
  }
  yield node.children.map(({ element, address, storedBytes, filterMask }) => ({
    chunk: element / chunkElements,
    ...{ address, storedBytes, filterMask },
  }));
}

/**
 * Walks the B-tree of version 1 that lists the chunks of a dataset.
 *
 * One read per node; up to 64 siblings are read at the same time. A million chunks have about
 * 16,000 to 32,000 nodes of 2 KiB. Holds 64 nodes per level.
 *
 * @throws {CorruptSourceError} a node is damaged or has not the level that its parent implies, or
 * there are more nodes than the chunks can need.
 */
export function walkChunkTree(
  dataset: Dataset,
  chunkElements: number,
  address: number,
): AsyncGenerator<ChunkEntry[]> {
  const walk = { dataset, chunkElements, stepsLeft: 64 + STEPS_PER_CHUNK * chunkCount(dataset) };
  return walkNode(walk, { address, source: dataset.file.source, level: undefined });
}
