import { CorruptSourceError } from '#core/errors.ts';
import { type ChunkEntry, chunkCount, parseEntries } from './chunk-entry.ts';
import type { Dataset } from './dataset.ts';
import { assertChecksum, expectVersion, readChecked, readFields } from './file.ts';

/**
 * An array that grows. Its first entries are in its index block, the others in data blocks. Data
 * blocks are grouped into super blocks: super block `u` has `2^floor(u/2)` data blocks, each with
 * `2^ceil(u/2)` times the least number of entries.
 */
interface ExtensibleArray {
  readonly dataset: Dataset;
  readonly entryBytes: number;
  /** Bytes of the number of an entry. */
  readonly numberBytes: number;
  readonly indexEntries: number;
  readonly leastEntries: number;
  /** Number of super blocks whose data blocks the index block itself lists. */
  readonly listedSuperBlocks: number;
  readonly superBlocks: number;
  readonly pageEntries: number;
  readonly indexBlock: number;
  /** Entries from this one on were never written. */
  readonly end: number;
}

/** Consecutive data blocks of one super block. */
interface DataBlocks {
  readonly addresses: ReadonlyArray<number | undefined>;
  readonly first: number;
  /** Entries per data block. */
  readonly entries: number;
  /** For a paged block: the bit of a page is set if the page was written. */
  readonly written: Uint8Array;
}

function isPowerOf2(value: number): boolean {
  return value >= 1 && Number.isInteger(Math.log2(value));
}

function blocksOf(superBlock: number): number {
  return 2 ** Math.floor(superBlock / 2);
}

function entriesOf({ leastEntries }: ExtensibleArray, superBlock: number): number {
  return leastEntries * 2 ** Math.ceil(superBlock / 2);
}

async function readHeader(dataset: Dataset, address: number): Promise<ExtensibleArray | undefined> {
  const { file, where } = dataset;
  const length = 16 + 6 * file.sizes.lengthBytes + file.sizes.offsetBytes;
  const header = await readChecked(file, { address, length, where }, 'EAHD');
  expectVersion(header, 0, 'an extensible array');
  header.skip(1);
  const entryBytes = header.u8();
  const bits = header.u8();
  const indexEntries = header.u8();
  const leastEntries = header.u8();
  const leastPointers = header.u8();
  const pageEntries = 2 ** header.u8();
  header.skip(4 * file.sizes.lengthBytes);
  const end = header.length();
  header.skip(file.sizes.lengthBytes);
  const indexBlock = header.address();
  if (!isPowerOf2(leastEntries) || !isPowerOf2(leastPointers) || bits > 64) {
    throw new CorruptSourceError(
      `${where} has a chunk index of impossible blocks; the file is damaged`,
    );
  }
  if (indexBlock === undefined) return undefined;
  return {
    ...{ dataset, entryBytes, indexEntries, leastEntries, pageEntries, indexBlock, end },
    numberBytes: Math.ceil(bits / 8),
    listedSuperBlocks: 2 * Math.log2(leastPointers),
    superBlocks: 1 + bits - Math.log2(leastEntries),
  };
}

/** Reads the entries of one data block, page by page if it has pages. */
async function readDataBlock(
  array: ExtensibleArray,
  blocks: DataBlocks,
  index: number,
): Promise<ChunkEntry[]> {
  const address = blocks.addresses[index];
  if (address === undefined) return [];
  const { dataset, entryBytes, pageEntries } = array;
  const { file, where } = dataset;
  const { entries: count } = blocks;
  const first = blocks.first + index * count;
  const prefixBytes = 6 + file.sizes.offsetBytes + array.numberBytes;
  if (count <= pageEntries) {
    const length = prefixBytes + count * entryBytes + 4;
    const block = await readChecked(file, { address, length, where }, 'EADB');
    block.skip(prefixBytes - 4);
    return parseEntries(block, { first, count, entryBytes }, dataset);
  }
  await readChecked(file, { address, length: prefixBytes + 4, where }, 'EADB');
  const pages = count / pageEntries;
  const pageBytes = pageEntries * entryBytes;
  const length = pages * (pageBytes + 4);
  const fields = await readFields(file, { address: address + prefixBytes + 4, length, where });
  const found: ChunkEntry[] = [];
  for (let page = 0; page < pages; page++) {
    const body = fields.part(pageBytes);
    const checksum = fields.u32();
    const bit = index * pages + page;
    const isWritten = (blocks.written[bit >> 3]! & (0x80 >> (bit & 7))) !== 0;
    if (!isWritten) continue;
    assertChecksum(body.peek(body.left), checksum, where);
    const run = { first: first + page * pageEntries, count: pageEntries, entryBytes };
    for (const entry of parseEntries(body, run, dataset)) found.push(entry);
  }
  return found;
}

async function* readDataBlocks(
  array: ExtensibleArray,
  blocks: DataBlocks,
): AsyncGenerator<ChunkEntry[]> {
  for (let i = 0; i < blocks.addresses.length; i++) {
    if (blocks.first + i * blocks.entries >= chunkCount(array.dataset)) return;
    yield await readDataBlock(array, blocks, i);
  }
}

async function* readSuperBlock(
  array: ExtensibleArray,
  superBlock: number,
  { address, first }: { readonly address: number; readonly first: number },
): AsyncGenerator<ChunkEntry[]> {
  const { file, where } = array.dataset;
  const { offsetBytes } = file.sizes;
  const count = blocksOf(superBlock);
  const entries = entriesOf(array, superBlock);
  const isPaged = entries > array.pageEntries;
  const bitBytes = isPaged ? count * Math.ceil(entries / array.pageEntries / 8) : 0;
  const prefixBytes = 6 + offsetBytes + array.numberBytes;
  const length = prefixBytes + bitBytes + count * offsetBytes + 4;
  const block = await readChecked(file, { address, length, where }, 'EASB');
  expectVersion(block, 0, 'a super block');
  block.skip(prefixBytes - 5);
  const written = block.take(bitBytes);
  const addresses = Array.from({ length: count }, () => block.address());
  yield* readDataBlocks(array, { addresses, first, entries, written });
}

/** Reads all entries: those of the index block, then those of the data blocks. */
async function* readBlocks(array: ExtensibleArray): AsyncGenerator<ChunkEntry[]> {
  const { dataset } = array;
  const { file, where } = dataset;
  const { offsetBytes } = file.sizes;
  const { indexEntries, entryBytes, listedSuperBlocks, superBlocks } = array;
  const listed = 2 * (2 ** (listedSuperBlocks / 2) - 1);
  const pointers = listed + Math.max(superBlocks - listedSuperBlocks, 0);
  const length = 10 + offsetBytes + indexEntries * entryBytes + pointers * offsetBytes;
  const block = await readChecked(file, { address: array.indexBlock, length, where }, 'EAIB');
  expectVersion(block, 0, 'an index block');
  block.skip(1 + offsetBytes);
  const own = block.part(indexEntries * entryBytes);
  yield parseEntries(own, { first: 0, count: indexEntries, entryBytes }, dataset);
  let first = indexEntries;
  for (let u = 0; u < superBlocks && first < chunkCount(dataset); u++) {
    const entries = entriesOf(array, u);
    if (u < listedSuperBlocks) {
      const addresses = Array.from({ length: blocksOf(u) }, () => block.address());
      yield* readDataBlocks(array, { addresses, first, entries, written: new Uint8Array(0) });
    } else {
      const superBlock = block.address();
      if (superBlock !== undefined) yield* readSuperBlock(array, u, { address: superBlock, first });
    }
    first += blocksOf(u) * entries;
  }
}

/**
 * Walks the extensible array that lists the chunks of a dataset: the index of newer files for
 * datasets that can grow.
 *
 * Reads the index block, the super blocks and the data blocks: some 2,000 reads for a million
 * chunks. Holds one block of each kind.
 *
 * @throws {CorruptSourceError} the array is damaged.
 * @throws {BoundExceededError} a block of more than 16 MiB.
 */
export async function* walkExtensibleArray(
  dataset: Dataset,
  address: number,
): AsyncGenerator<ChunkEntry[]> {
  const array = await readHeader(dataset, address);
  if (array === undefined) return;
  for await (const entries of readBlocks(array)) {
    const beyond = entries.find(({ chunk }) => chunk >= array.end);
    if (beyond !== undefined) {
      throw new CorruptSourceError(
        `${dataset.where} has a chunk ${beyond.chunk} in an index of ${array.end}; the file is damaged`,
      );
    }
    yield entries;
  }
}
