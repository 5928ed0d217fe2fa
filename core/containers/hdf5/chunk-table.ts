import { crc32 } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError, UnsupportedSourceError } from '#core/errors.ts';
import { type ChunkEntry, chunkCount } from './chunk-entry.ts';
import type { Dataset } from './dataset.ts';
import { FILTER_KINDS, type Filter, MAX_FILTERS } from './filters.ts';
import { walkChunks } from './walk-chunks.ts';

/** The description of the dataset in a chunk table. */
interface ChunkTableHeader {
  readonly itemBytes: number;
  readonly chunkElements: number;
  /** Number of elements of the dataset. */
  readonly length: number;
  readonly filters: readonly Filter[];
  /** Fill value of one element, see {@link Dataset}. */
  readonly fill: Uint8Array;
}

/**
 * A table of the chunks of a dataset, as an object of its own: one read of it finds any chunk. It
 * has a header, then blocks of 1,024 entries, each block with its CRC-32. All numbers are
 * little-endian.
 *
 * Header: magic (8 bytes), item bytes (u32), chunk elements (u32), elements (f64), fill value (8
 * bytes, zeros for a longer element), number of filters (u32), then for each of five filters its
 * kind and its item bytes (u32 each), and the CRC-32 of all these. Entry: offset in the object
 * (f64), stored bytes (u32), filter mask (u32); all zero for a chunk that was never written.
 */
export interface ChunkTable extends ChunkTableHeader {
  /**
   * Reads the entries `[first, end)`. An entry of 0 stored bytes is a chunk that was never written.
   */
  read(first: number, end: number): Promise<ChunkEntry[]>;
}

const MAGIC = 0x3148_4353_6f73_7073n;
const HEADER_BYTES = 80;
const AT = { itemBytes: 8, chunkElements: 12, length: 16, fill: 24, filters: 32, crc: 76 } as const;

const FILL_BYTES = 8;
const ENTRY_BYTES = 16;
const BLOCK_ENTRIES = 1024;
const BLOCK_BYTES = BLOCK_ENTRIES * ENTRY_BYTES + 4;

/** Bytes of the first read: the header and the first block, which are the whole of most tables. */
const HEAD_BYTES = HEADER_BYTES + BLOCK_BYTES;

/**
 * The fill value as a table has it: zeros stand for those of a longer element, such as a text.
 *
 * @throws {UnsupportedSourceError} another one of more than eight bytes.
 */
function tableFill({ fill, where }: Dataset): Uint8Array {
  if (fill.every((byte) => byte === 0)) return new Uint8Array(FILL_BYTES);
  if (fill.length <= FILL_BYTES) return fill;
  throw new UnsupportedSourceError(
    `${where} has a fill value of ${fill.length} bytes, allowed are ${FILL_BYTES} or an empty one; write it again without fillvalue`,
  );
}

function encodeHeader(dataset: Dataset): Uint8Array {
  const { itemBytes, length, storage, filters } = dataset;
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, MAGIC, true);
  view.setUint32(AT.itemBytes, itemBytes, true);
  const chunkElements = storage.kind === 'chunks' ? storage.chunkElements : 0;
  view.setUint32(AT.chunkElements, chunkElements, true);
  view.setFloat64(AT.length, length, true);
  bytes.set(tableFill(dataset), AT.fill);
  view.setUint32(AT.filters, filters.length, true);
  for (const [i, filter] of filters.entries()) {
    view.setUint32(AT.filters + 4 + 8 * i, FILTER_KINDS.indexOf(filter.kind), true);
    view.setUint32(AT.filters + 8 + 8 * i, filter.itemBytes, true);
  }
  view.setUint32(AT.crc, crc32(bytes.subarray(0, AT.crc)), true);
  return bytes;
}

/** Writes entries into blocks that are zeros at first. */
class BlockWriter {
  readonly #chunks: number;
  #first = 0;
  #view = new DataView(new ArrayBuffer(0));

  constructor(chunks: number) {
    this.#chunks = chunks;
    this.#open(0);
  }

  #open(first: number): void {
    this.#first = first;
    const entries = Math.min(BLOCK_ENTRIES, this.#chunks - first);
    this.#view = new DataView(new ArrayBuffer(entries * ENTRY_BYTES + 4));
  }

  #close(): Uint8Array {
    const bytes = new Uint8Array(this.#view.buffer);
    const end = bytes.length - 4;
    this.#view.setUint32(end, crc32(bytes.subarray(0, end)), true);
    return bytes;
  }

  /** Moves to the block of `chunk`. @yields the blocks before it that are finished now. */
  *closeBefore(chunk: number): Generator<Uint8Array> {
    while (this.#first < this.#chunks && chunk >= this.#first + BLOCK_ENTRIES) {
      yield this.#close();
      this.#open(this.#first + BLOCK_ENTRIES);
    }
    if (chunk >= this.#chunks && this.#first < this.#chunks) yield this.#close();
  }

  write({ chunk, address, storedBytes, filterMask }: ChunkEntry, base: number): void {
    const at = (chunk - this.#first) * ENTRY_BYTES;
    this.#view.setFloat64(at, base + address, true);
    this.#view.setUint32(at + 8, storedBytes, true);
    this.#view.setUint32(at + 12, filterMask, true);
  }
}

/**
 * Makes the chunk table of a dataset by one walk of its index; a million chunks make 16 MB. Holds
 * one block of 16 KiB besides what the walk holds.
 *
 * @throws as {@link walkChunks} does.
 */
export async function* encodeChunkTable(dataset: Dataset): AsyncGenerator<Uint8Array> {
  yield encodeHeader(dataset);
  const chunks = chunkCount(dataset);
  const writer = new BlockWriter(chunks);
  for await (const entries of walkChunks(dataset)) {
    for (const entry of entries) {
      yield* writer.closeBefore(entry.chunk);
      writer.write(entry, dataset.file.base);
    }
  }
  yield* writer.closeBefore(chunks);
}

function damaged(uri: string): CorruptSourceError {
  return new CorruptSourceError(
    `${uri} is no chunk table, or is damaged; delete it and start the run again`,
  );
}

function decodeHeader(bytes: Uint8Array, uri: string): ChunkTableHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isWhole =
    bytes.length === HEADER_BYTES &&
    view.getBigUint64(0, true) === MAGIC &&
    view.getUint32(AT.crc, true) === crc32(bytes.subarray(0, AT.crc));
  if (!isWhole) throw damaged(uri);
  const itemBytes = view.getUint32(AT.itemBytes, true);
  const count = Math.min(view.getUint32(AT.filters, true), MAX_FILTERS);
  const filters = Array.from({ length: count }, (_, i) => ({
    kind: FILTER_KINDS[view.getUint32(AT.filters + 4 + 8 * i, true)]!,
    itemBytes: view.getUint32(AT.filters + 8 + 8 * i, true),
  }));
  return {
    ...{ itemBytes, filters },
    chunkElements: view.getUint32(AT.chunkElements, true),
    length: view.getFloat64(AT.length, true),
    fill: bytes.slice(AT.fill, AT.fill + Math.min(itemBytes, FILL_BYTES)),
  };
}

function decodeBlock(bytes: Uint8Array, first: number, uri: string): ChunkEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = bytes.length - 4;
  if (view.getUint32(end, true) !== crc32(bytes.subarray(0, end))) throw damaged(uri);
  return Array.from({ length: end / ENTRY_BYTES }, (_, i) => ({
    chunk: first + i,
    address: view.getFloat64(i * ENTRY_BYTES, true),
    storedBytes: view.getUint32(i * ENTRY_BYTES + 8, true),
    filterMask: view.getUint32(i * ENTRY_BYTES + 12, true),
  }));
}

/**
 * Opens a chunk table.
 *
 * One read of 16 KiB, and later one for each run of blocks that is needed. The block read last is
 * kept.
 *
 * @throws {CorruptSourceError} the table is damaged.
 */
export async function openChunkTable(object: ByteSource): Promise<ChunkTable> {
  const { uri, size } = object;
  const head = await object.read({ offset: 0, length: Math.min(HEAD_BYTES, size) });
  const header = decodeHeader(head.subarray(0, HEADER_BYTES), uri);
  const chunks = Math.ceil(header.length / header.chunkElements);
  const blocks = Math.ceil(chunks / BLOCK_ENTRIES);
  if (size !== HEADER_BYTES + chunks * ENTRY_BYTES + blocks * 4) throw damaged(uri);
  let kept = { block: 0, entries: decodeBlocks(head.subarray(HEADER_BYTES), 0) };

  function decodeBlocks(bytes: Uint8Array, first: number): ChunkEntry[] {
    const entries: ChunkEntry[] = [];
    for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
      const block = bytes.subarray(at, at + BLOCK_BYTES);
      const decoded = decodeBlock(block, (first + at / BLOCK_BYTES) * BLOCK_ENTRIES, uri);
      entries.push(...decoded);
    }
    return entries;
  }

  async function readBlocks(first: number, end: number): Promise<ChunkEntry[]> {
    if (first === kept.block && end === first + 1) return kept.entries;
    const offset = HEADER_BYTES + first * BLOCK_BYTES;
    const length = Math.min(HEADER_BYTES + end * BLOCK_BYTES, size) - offset;
    const entries = decodeBlocks(await object.read({ offset, length }), first);
    kept = { block: end - 1, entries: entries.slice((end - 1 - first) * BLOCK_ENTRIES) };
    return entries;
  }

  return {
    ...header,
    async read(first, end) {
      const block = Math.floor(first / BLOCK_ENTRIES);
      const entries = await readBlocks(block, Math.ceil(end / BLOCK_ENTRIES));
      const start = first - block * BLOCK_ENTRIES;
      return entries.slice(start, start + end - first);
    },
  };
}
