import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { readTreeNode, type TreeNodePlace } from './btree-v1.ts';
import type { Fields } from './fields.ts';
import { expectSignature, expectVersion, type Hdf5File, readFields } from './file.ts';

/** Where the parts of a group of an older file lie. */
interface SymbolTable {
  readonly tree: number;
  readonly heap: number;
  /** Name of the group in messages. */
  readonly where: string;
}

/** Most names of a group; groups with a matrix have some ten. */
const MAX_NAMES = 4096;

/** Bound of the walk: tree nodes, name nodes and names, each at most as many as there are names. */
const MAX_STEPS = 3 * MAX_NAMES;

const MAX_NAME_BYTES = 1024;

/** Cache type of an entry that is a symbolic link, which has no object header. */
const SOFT_LINK = 2;

async function readNameHeap(file: Hdf5File, { heap, where }: SymbolTable): Promise<Fields> {
  const length = 8 + 2 * file.sizes.lengthBytes + file.sizes.offsetBytes;
  const header = await readFields(file, { address: heap, length, where });
  expectSignature(header, 'HEAP');
  expectVersion(header, 0, 'a local heap');
  header.skip(3);
  const dataBytes = header.length();
  header.skip(file.sizes.lengthBytes);
  return readFields(file, { address: header.someAddress(), length: dataBytes, where });
}

function readName(names: Fields, offset: number): string {
  const heap = names.again();
  heap.skip(offset);
  return heap.text(Math.min(heap.left, MAX_NAME_BYTES));
}

function someAddress(address: number | undefined, where: string): number {
  if (address !== undefined) return address;
  throw new CorruptSourceError(`${where} has a name that points nowhere; the file is damaged`);
}

/** What a name points at: the address of an object header, or the path of a soft link. */
export type OldLink = number | { readonly path: string };

async function readSymbolNode(
  file: Hdf5File,
  address: number,
  names: Fields,
): Promise<Array<[string, OldLink]>> {
  const { where } = names;
  const { offsetBytes } = file.sizes;
  const header = await readFields(file, { address, length: 8, where });
  expectSignature(header, 'SNOD');
  expectVersion(header, 1, 'a symbol table node');
  header.skip(1);
  const count = header.u16();
  const length = count * (2 * offsetBytes + 24);
  const entries = await readFields(file, { address: address + 8, length, where });
  return Array.from({ length: count }, () => {
    const name = readName(names, entries.unsigned(offsetBytes));
    const object = entries.address();
    const cache = entries.u32();
    entries.skip(4);
    const scratch = entries.part(16);
    if (cache === SOFT_LINK) return [name, { path: readName(names, scratch.u32()) }];
    return [name, someAddress(object, names.where)];
  });
}

/**
 * Reads the names of a group of an older file. Its B-tree points at nodes of entries; its heap has
 * the names.
 *
 * @returns what each name points at.
 * @throws {CorruptSourceError} a structure is damaged, or the tree is cyclic.
 * @throws {BoundExceededError} more than 4,096 names.
 */
export async function readSymbolTable(
  file: Hdf5File,
  table: SymbolTable,
): Promise<Map<string, OldLink>> {
  const names = await readNameHeap(file, table);
  const found = new Map<string, OldLink>();
  let steps = 0;
  const takeSteps = (count: number) => {
    steps += count;
    if (steps <= MAX_STEPS) return;
    throw new BoundExceededError(`${table.where} has a group of more than ${MAX_NAMES} names`);
  };
  const pending: TreeNodePlace[] = [{ address: table.tree, level: undefined }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    const node = await readTreeNode(file, { ...place, type: 'group', where: table.where });
    takeSteps(1 + node.children.length);
    for (const { address } of node.children) {
      if (node.level > 0) {
        pending.push({ address, level: node.level - 1 });
        continue;
      }
      const entries = await readSymbolNode(file, address, names);
      takeSteps(entries.length);
      for (const [name, object] of entries) found.set(name, object);
    }
  }
  return found;
}
