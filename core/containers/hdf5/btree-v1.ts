import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { Fields } from './fields.ts';
import { expectSignature, type Hdf5File } from './file.ts';

/** One child of a node, with the key before it. */
interface TreeChild {
  readonly address: number;
  /** Of a chunk: bytes stored, filters that were skipped, and the first element. */
  readonly storedBytes: number;
  readonly filterMask: number;
  readonly element: number;
  /** Byte within the element: 0 for every chunk; not 0 only in the key after the last chunk. */
  readonly byte: number;
}

/**
 * A node of a B-tree of version 1. Its children are nodes; on level 0 they are symbol table nodes
 * or chunks.
 */
export interface TreeNode {
  readonly level: number;
  readonly children: readonly TreeChild[];
  /** Of a tree of chunks: the element of the key after the last child. */
  readonly end: number;
}

/** Where a node lies, and its level as its parent implies it; undefined for a root. */
export interface TreeNodePlace {
  readonly address: number;
  readonly level: number | undefined;
}

interface NodeToRead extends TreeNodePlace {
  readonly type: 'group' | 'chunk';
  /** Name of the tree in messages. */
  readonly where: string;
  /** Source of the reads. @default file.source */
  readonly source?: ByteSource;
}

/** The fields that order the keys of chunks. */
type ChunkKey = Pick<TreeChild, 'element' | 'byte'>;

const TYPES = { group: 0, chunk: 1 } as const;

/**
 * Bytes of a chunk's key: stored bytes, filter mask, first element, and byte within the element.
 */
const CHUNK_KEY_BYTES = 24;

function parseChunkKey(fields: Fields): Omit<TreeChild, 'address'> {
  const storedBytes = fields.u32();
  const filterMask = fields.u32();
  const element = fields.unsigned(8);
  const byte = fields.unsigned(8);
  return { storedBytes, filterMask, element, byte };
}

function parseGroupKey(fields: Fields, width: number): Omit<TreeChild, 'address'> {
  fields.skip(width);
  return { storedBytes: 0, filterMask: 0, element: 0, byte: 0 };
}

/**
 * Bytes of a node's header, of a key with the address after it, and of the key after the last
 * chunk.
 */
export function treeNodeBytes({ offsetBytes, lengthBytes }: Hdf5File['sizes']): {
  readonly header: number;
  readonly chunkEntry: number;
  readonly groupEntry: number;
  readonly chunkEnd: number;
} {
  return {
    header: 8 + 2 * offsetBytes,
    chunkEntry: CHUNK_KEY_BYTES + offsetBytes,
    chunkEnd: CHUNK_KEY_BYTES,
    groupEntry: lengthBytes + offsetBytes,
  };
}

/**
 * Refuses keys that are out of order: HDF5 finds a chunk by the keys around it, and would miss such
 * a chunk.
 */
function assertAscending(keys: readonly ChunkKey[], where: string): void {
  const isAscending = keys.every(({ element, byte }, i) => {
    const before = keys[i - 1];
    if (before === undefined || element > before.element) return true;
    return element === before.element && byte > before.byte;
  });
  if (isAscending) return;
  throw new CorruptSourceError(
    `${where} has a tree whose chunks are out of order; the file is damaged`,
  );
}

/**
 * Reads one node of a B-tree of version 1. Two reads, or none where `source` has its pages.
 *
 * @throws {CorruptSourceError} it is damaged, belongs to a tree of another kind, has not the level
 * that its parent implies, or is empty but not a root.
 */
export async function readTreeNode(file: Hdf5File, node: NodeToRead): Promise<TreeNode> {
  const { address, type, where, source = file.source } = node;
  const { sizes } = file;
  const { header: headerBytes, chunkEntry, groupEntry, chunkEnd } = treeNodeBytes(sizes);
  const read = async (offset: number, length: number) =>
    new Fields({ bytes: await source.read({ offset, length }), at: offset, where, sizes });
  const header = await read(address, headerBytes);
  expectSignature(header, 'TREE');
  const found = header.u8();
  if (found !== TYPES[type]) {
    throw new CorruptSourceError(`${where} has a tree of type ${found}, expected ${TYPES[type]}`);
  }
  const level = header.u8();
  if (node.level !== undefined && level !== node.level) {
    throw new CorruptSourceError(
      `${where} has a tree with level ${level} below level ${node.level + 1}: it contains itself, or the file is damaged`,
    );
  }
  const count = header.u16();
  if (node.level !== undefined && count === 0) {
    throw new CorruptSourceError(`${where} has a tree with an empty node; the file is damaged`);
  }
  const entries = await read(
    address + headerBytes,
    type === 'chunk' ? count * chunkEntry + chunkEnd : count * groupEntry,
  );
  const children = Array.from({ length: count }, () => {
    const key =
      type === 'chunk' ? parseChunkKey(entries) : parseGroupKey(entries, sizes.lengthBytes);
    return { ...key, address: entries.someAddress() };
  });
  if (type === 'group') return { level, children, end: 0 };
  const end = parseChunkKey(entries);
  if (count > 0) assertAscending([...children, end], where);
  return { level, children, end: end.element };
}
