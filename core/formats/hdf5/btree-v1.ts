import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { Fields } from './fields.ts';
import { expectSignature, type Hdf5File } from './file.ts';

/** One child of a node, with the key left of it. */
interface TreeChild {
  readonly address: number;
  /** Of a chunk: bytes stored, filters left out, and the first element. */
  readonly storedBytes: number;
  readonly filterMask: number;
  readonly element: number;
}

/** A node of a B-tree of version 1: its children are nodes, or on level 0 symbol table nodes or chunks. */
export interface TreeNode {
  readonly level: number;
  readonly children: readonly TreeChild[];
}

/** Where a node lies, and the level that its parent says it has; undefined for a root. */
export interface TreeNodePlace {
  readonly address: number;
  readonly level: number | undefined;
}

interface NodeToRead extends TreeNodePlace {
  readonly type: 'group' | 'chunk';
  /** Names the tree in messages. */
  readonly where: string;
  /** Where to read it from instead. @default file.source */
  readonly source?: ByteSource;
}

const TYPES = { group: 0, chunk: 1 } as const;

/** Bytes of the two addresses of a chunk's key: of its first element, and of a byte in it. */
const CHUNK_KEY_BYTES = 24;

function parseChunkKey(fields: Fields): Omit<TreeChild, 'address'> {
  const storedBytes = fields.u32();
  const filterMask = fields.u32();
  const element = fields.unsigned(8);
  fields.skip(8);
  return { storedBytes, filterMask, element };
}

function parseGroupKey(fields: Fields, width: number): Omit<TreeChild, 'address'> {
  fields.skip(width);
  return { storedBytes: 0, filterMask: 0, element: 0 };
}

/** Bytes of a node's header, and of one key with the address after it. */
export function treeNodeBytes({ offsetBytes, lengthBytes }: Hdf5File['sizes']): {
  readonly header: number;
  readonly chunkEntry: number;
  readonly groupEntry: number;
} {
  return {
    header: 8 + 2 * offsetBytes,
    chunkEntry: CHUNK_KEY_BYTES + offsetBytes,
    groupEntry: lengthBytes + offsetBytes,
  };
}

/**
 * Reads one node of a B-tree of version 1. Two reads, or none where `source` has its pages.
 *
 * @throws {CorruptSourceError} it is damaged, of a tree of other things, of another level than its parent says, or empty without being a root.
 */
export async function readTreeNode(file: Hdf5File, node: NodeToRead): Promise<TreeNode> {
  const { address, type, where, source = file.source } = node;
  const { sizes } = file;
  const { header: headerBytes, chunkEntry, groupEntry } = treeNodeBytes(sizes);
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
    count * (type === 'chunk' ? chunkEntry : groupEntry),
  );
  const children = Array.from({ length: count }, () => {
    const key =
      type === 'chunk' ? parseChunkKey(entries) : parseGroupKey(entries, sizes.lengthBytes);
    return { ...key, address: entries.someAddress() };
  });
  return { level, children };
}
