import { BoundExceededError, CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { bytesOfCount, readTreeRecords } from './btree-v2.ts';
import type { Fields } from './fields.ts';
import { expectSignature, expectVersion, type Hdf5File, readChecked, readFields } from './file.ts';

/** Objects in a fractal heap, and the B-tree whose records have their ids. */
interface HeapIndex {
  readonly heap: number;
  readonly index: number;
  /** Type of the tree's records, and the offset of the heap id in a record. */
  readonly record: { readonly type: number; readonly idOffset: number };
}

/**
 * A fractal heap: a table of blocks with `width` blocks per row, whose lengths double from row to
 * row.
 */
interface Heap {
  readonly where: string;
  readonly idBytes: number;
  readonly width: number;
  readonly startBytes: number;
  readonly maxDirectBytes: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly root: Block | undefined;
}

/** A block of the heap. It is a direct block if it has no rows. */
interface Block {
  readonly address: number;
  /** Offset in the heap of its first byte. */
  readonly start: number;
  /** Bytes of the heap in it. */
  readonly length: number;
  readonly rows: number;
}

/** First byte of an id: bits 4 and 5 are the kind of the object. */
const ID_TYPE = { bits: 0x30, managed: 0, tiny: 0x20 } as const;

/** Most blocks per row; HDF5's own library makes 4. */
const MAX_WIDTH = 16;

/** Most bytes of all objects that are read; a link takes some 40 bytes. */
const MAX_OBJECTS_BYTES = 16 * 1024 * 1024;

function isPowerOf2(value: number): boolean {
  return value >= 1 && Number.isInteger(Math.log2(value));
}

/** Length of a block in a row; it is the same in rows 0 and 1. */
function blockBytes({ startBytes }: Heap, row: number): number {
  return startBytes * 2 ** Math.max(row - 1, 0);
}

async function readHeap(file: Hdf5File, address: number, where: string): Promise<Heap> {
  const { offsetBytes: o, lengthBytes: l } = file.sizes;
  const header = await readChecked(file, { address, length: 26 + 3 * o + 12 * l, where }, 'FRHP');
  expectVersion(header, 0, 'a heap');
  const idBytes = header.u16();
  const filterBytes = header.u16();
  header.skip(1);
  const maxObjectBytes = header.u32();
  header.skip(2 * o + 10 * l);
  const width = header.u16();
  const startBytes = header.length();
  const maxDirectBytes = header.length();
  const maxHeapBits = header.u16();
  header.skip(2);
  const rootAddress = header.address();
  const rows = header.u16();
  if (filterBytes > 0) {
    throw new UnsupportedSourceError(
      `${where} has names or attributes in a compressed heap; write it again with anndata.read_h5ad(path).write_h5ad(path)`,
    );
  }
  const isSane = [width, startBytes, maxDirectBytes].every(isPowerOf2) && width <= MAX_WIDTH;
  if (!isSane || startBytes > maxDirectBytes || maxHeapBits > 64 || rows > 64) {
    throw new CorruptSourceError(`${where} has a heap of impossible blocks; the file is damaged`);
  }
  const table = { where, idBytes, width, startBytes, maxDirectBytes };
  const offsetBytes = Math.ceil(maxHeapBits / 8);
  const lengthBytes = bytesOfCount(Math.min(maxDirectBytes, maxObjectBytes));
  const length = rows === 0 ? startBytes : width * startBytes * 2 ** (rows - 1);
  const root =
    rootAddress === undefined ? undefined : { address: rootAddress, start: 0, length, rows };
  return { ...table, offsetBytes, lengthBytes, root };
}

/** Finds the child of an indirect block that has byte `at` of the heap. */
async function findChild(file: Hdf5File, heap: Heap, block: Block, at: number): Promise<Block> {
  const { where, width, maxDirectBytes, startBytes } = heap;
  const prefixBytes = 5 + file.sizes.offsetBytes + heap.offsetBytes;
  const length = prefixBytes + block.rows * width * file.sizes.offsetBytes;
  const fields = await readFields(file, { address: block.address, length, where });
  expectSignature(fields, 'FHIB');
  expectVersion(fields, 0, 'a heap block');
  fields.skip(file.sizes.offsetBytes);
  if (fields.unsigned(heap.offsetBytes) !== block.start) {
    throw new CorruptSourceError(`${where} has a heap block of another place; the file is damaged`);
  }
  let start = block.start;
  let row = 0;
  while (start + width * blockBytes(heap, row) <= at) start += width * blockBytes(heap, row++);
  const bytes = blockBytes(heap, row);
  const column = Math.floor((at - start) / bytes);
  fields.skip((row * width + column) * file.sizes.offsetBytes);
  const rows = bytes <= maxDirectBytes ? 0 : Math.log2(bytes / (startBytes * width)) + 1;
  return { address: fields.someAddress(), start: start + column * bytes, length: bytes, rows };
}

async function readManaged(file: Hdf5File, heap: Heap, id: Fields): Promise<Fields> {
  const at = id.unsigned(heap.offsetBytes);
  const length = id.unsigned(heap.lengthBytes);
  let block = heap.root;
  // Each child is shorter than its parent, so this ends.
  while (block !== undefined && block.rows > 0 && at < block.start + block.length) {
    block = await findChild(file, heap, block, at);
  }
  if (block === undefined || at + length > block.start + block.length) {
    throw new CorruptSourceError(
      `${heap.where} has ${length} bytes at ${at} outside its heap; the file is damaged`,
    );
  }
  const address = block.address + (at - block.start);
  return readFields(file, { address, length, where: heap.where });
}

async function readObject(file: Hdf5File, heap: Heap, record: Fields): Promise<Fields> {
  const id = record.part(heap.idBytes);
  const first = id.u8();
  const type = first & ID_TYPE.bits;
  if (type === ID_TYPE.managed) return readManaged(file, heap, id);
  if (type === ID_TYPE.tiny && heap.idBytes <= 18) return id.part((first & 15) + 1);
  throw new UnsupportedSourceError(
    `${heap.where} has a name or an attribute of more than 64 KiB; write it again without it`,
  );
}

/**
 * Reads the objects of a fractal heap whose ids are in a B-tree of version 2: links or attributes.
 *
 * @throws {CorruptSourceError} the heap or the tree is damaged.
 * @throws {UnsupportedSourceError} the heap is compressed, or an object lies outside the heap.
 * @throws {BoundExceededError} more than 4,096 objects or 16 MiB of them.
 */
export async function readHeapObjects(
  file: Hdf5File,
  { heap: address, index, record }: HeapIndex,
  where: string,
): Promise<Fields[]> {
  const heap = await readHeap(file, address, where);
  const objects: Fields[] = [];
  let bytes = 0;
  for (const fields of await readTreeRecords(file, index, record.type, where)) {
    fields.skip(record.idOffset);
    const object = await readObject(file, heap, fields);
    objects.push(object);
    bytes += object.left;
    if (bytes <= MAX_OBJECTS_BYTES) continue;
    throw new BoundExceededError(
      `${where} has more than ${MAX_OBJECTS_BYTES} bytes of names or attributes in one object`,
    );
  }
  return objects;
}
