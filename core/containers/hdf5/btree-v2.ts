import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import type { Fields } from './fields.ts';
import { expectVersion, type Hdf5File, readChecked } from './file.ts';

/** A B-tree of version 2: records of one length, in nodes of one length. */
interface Tree {
  readonly where: string;
  readonly type: number;
  readonly nodeBytes: number;
  readonly recordBytes: number;
  /** Bytes of a pointer to a child with its counts, for each depth; 0 at depth 0, the leaves. */
  readonly pointerBytes: readonly number[];
}

interface Node {
  readonly address: number;
  readonly depth: number;
  readonly records: number;
}

/** Most records that are read: no sensible object has more names or attributes. */
const MAX_RECORDS = 4096;

const MAX_DEPTH = 16;

/**
 * Most bytes of all nodes, far more than {@link MAX_RECORDS} records of names take. The bound also
 * ends the walk of a cyclic tree.
 */
const MAX_TREE_BYTES = 1024 * 1024;

/** Bytes of a node besides its records: signature, version, type and checksum. */
const NODE_OVERHEAD_BYTES = 10;

/** Number of bytes that a count up to `limit` takes. */
export function bytesOfCount(limit: number): number {
  return Math.floor(Math.log2(Math.max(limit, 1)) / 8) + 1;
}

/**
 * Widths of the pointers in the nodes of each depth. They follow from the most records that fit
 * below a pointer.
 */
export function pointerWidths(
  tree: Pick<Tree, 'nodeBytes' | 'recordBytes'>,
  depth: number,
  offsetBytes: number,
): number[] {
  const room = tree.nodeBytes - NODE_OVERHEAD_BYTES;
  const leafRecords = Math.floor(room / tree.recordBytes);
  const countBytes = bytesOfCount(leafRecords);
  const widths = [0];
  let below = leafRecords;
  for (let d = 1; d <= depth; d++) {
    const width = offsetBytes + countBytes + (d > 1 ? bytesOfCount(below) : 0);
    const records = Math.floor((room - width) / (tree.recordBytes + width));
    below = (records + 1) * below + records;
    widths.push(width);
  }
  return widths;
}

async function readRoot(
  file: Hdf5File,
  address: number,
  type: number,
  where: string,
): Promise<{ readonly tree: Tree; readonly root: Node | undefined }> {
  const { offsetBytes, lengthBytes } = file.sizes;
  const length = 22 + offsetBytes + lengthBytes;
  const header = await readChecked(file, { address, length, where }, 'BTHD');
  expectVersion(header, 0, 'a tree');
  const found = header.u8();
  const nodeBytes = header.u32();
  const recordBytes = header.u16();
  const depth = header.u16();
  header.skip(2);
  const rootAddress = header.address();
  const records = header.u16();
  if (found !== type || recordBytes < 1 || nodeBytes <= NODE_OVERHEAD_BYTES || depth > MAX_DEPTH) {
    throw new CorruptSourceError(
      `${where} has a tree of type ${found}, ${depth} levels and records of ${recordBytes} bytes, expected type ${type} and at most ${MAX_DEPTH} levels; the file is damaged`,
    );
  }
  const pointerBytes = pointerWidths({ nodeBytes, recordBytes }, depth, offsetBytes);
  const tree = { where, type, nodeBytes, recordBytes, pointerBytes };
  return {
    tree,
    root: rootAddress === undefined ? undefined : { address: rootAddress, depth, records },
  };
}

/** Reads a node: its own records, and where its children are. */
async function readNode(
  file: Hdf5File,
  { address, depth, records }: Node,
  tree: Tree,
): Promise<{ readonly records: Fields[]; readonly children: Node[]; readonly length: number }> {
  const pointerBytes = tree.pointerBytes[depth] ?? 0;
  const pointers = depth === 0 ? 0 : records + 1;
  const length = NODE_OVERHEAD_BYTES + records * tree.recordBytes + pointers * pointerBytes;
  if (length > tree.nodeBytes) {
    throw new CorruptSourceError(
      `${tree.where} has a tree node of ${length} bytes, allowed are ${tree.nodeBytes}; the file is damaged`,
    );
  }
  const range = { address, length, where: tree.where };
  const node = await readChecked(file, range, depth === 0 ? 'BTLF' : 'BTIN');
  expectVersion(node, 0, 'a tree node');
  node.skip(1);
  const own = Array.from({ length: records }, () => node.part(tree.recordBytes));
  const countBytes = bytesOfCount(
    Math.floor((tree.nodeBytes - NODE_OVERHEAD_BYTES) / tree.recordBytes),
  );
  const children = Array.from({ length: pointers }, () => {
    const pointer = node.part(pointerBytes);
    const child = pointer.someAddress();
    return { address: child, depth: depth - 1, records: pointer.unsigned(countBytes) };
  });
  return { records: own, children, length };
}

/**
 * Reads all records of a B-tree of version 2, in no particular order.
 *
 * @param type type of the records, which the tree's header must have.
 * @throws {CorruptSourceError} a node is damaged or lies outside the file.
 * @throws {BoundExceededError} more than 4,096 records or 1 MiB of nodes, as in a cyclic tree.
 */
export async function readTreeRecords(
  file: Hdf5File,
  address: number,
  type: number,
  where: string,
): Promise<Fields[]> {
  const { tree, root } = await readRoot(file, address, type, where);
  const found: Fields[] = [];
  const pending = root === undefined ? [] : [root];
  let bytes = 0;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { records, children, length } = await readNode(file, node, tree);
    found.push(...records);
    pending.push(...children);
    bytes += length;
    if (found.length > MAX_RECORDS || bytes > MAX_TREE_BYTES) {
      throw new BoundExceededError(
        `${where} has more than ${MAX_RECORDS} names or attributes in one object`,
      );
    }
  }
  return found;
}
