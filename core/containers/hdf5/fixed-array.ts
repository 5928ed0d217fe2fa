import { CorruptSourceError } from '#core/errors.ts';
import { type ChunkEntry, chunkCount, parseEntries } from './chunk-entry.ts';
import type { Dataset } from './dataset.ts';
import type { Fields } from './fields.ts';
import { assertChecksum, expectVersion, type Hdf5File, readChecked, readFields } from './file.ts';

interface FixedArray {
  readonly entryBytes: number;
  readonly pageEntries: number;
  readonly entries: number;
  readonly block: number;
}

/** Pages that are read together have up to about 1 MiB. */
const READ_BYTES = 1024 * 1024;

async function readHeader(dataset: Dataset, address: number): Promise<FixedArray | undefined> {
  const { file, where } = dataset;
  const length = 12 + file.sizes.lengthBytes + file.sizes.offsetBytes;
  const header = await readChecked(file, { address, length, where }, 'FAHD');
  expectVersion(header, 0, 'a fixed array');
  header.skip(1);
  const entryBytes = header.u8();
  const pageEntries = 2 ** header.u8();
  const entries = header.length();
  const block = header.address();
  if (entries < chunkCount(dataset)) {
    throw new CorruptSourceError(
      `${where} has an index of ${entries} chunks, expected ${chunkCount(dataset)}; the file is damaged`,
    );
  }
  return block === undefined ? undefined : { entryBytes, pageEntries, entries, block };
}

function blockPrefixBytes(file: Hdf5File): number {
  return 6 + file.sizes.offsetBytes;
}

function passPrefix(block: Fields, file: Hdf5File): void {
  expectVersion(block, 0, 'a fixed array');
  block.skip(1 + file.sizes.offsetBytes);
}

async function readUnpaged(dataset: Dataset, array: FixedArray): Promise<ChunkEntry[]> {
  const { file, where } = dataset;
  const length = blockPrefixBytes(file) + array.entries * array.entryBytes + 4;
  const block = await readChecked(file, { address: array.block, length, where }, 'FADB');
  passPrefix(block, file);
  return parseEntries(block, { ...array, first: 0, count: array.entries }, dataset);
}

/** Reads pages. Before them lies a bit per page, which is set if the page was written. */
async function* readPages(dataset: Dataset, array: FixedArray): AsyncGenerator<ChunkEntry[]> {
  const { file, where } = dataset;
  const { pageEntries, entryBytes } = array;
  const pages = Math.ceil(array.entries / pageEntries);
  const bitBytes = Math.ceil(pages / 8);
  const prefixBytes = blockPrefixBytes(file) + bitBytes + 4;
  const prefix = await readChecked(
    file,
    { address: array.block, length: prefixBytes, where },
    'FADB',
  );
  passPrefix(prefix, file);
  const written = prefix.take(bitBytes);
  const pageBytes = pageEntries * entryBytes + 4;
  const perRead = Math.max(1, Math.floor(READ_BYTES / pageBytes));
  for (let page = 0; page < pages; page += perRead) {
    const first = page * pageEntries;
    if (first >= chunkCount(dataset)) return;
    const count = Math.min(perRead * pageEntries, array.entries - first);
    const length = count * entryBytes + 4 * Math.ceil(count / pageEntries);
    const address = array.block + prefixBytes + page * pageBytes;
    const fields = await readFields(file, { address, length, where });
    for (let entry = first; entry < first + count; entry += pageEntries) {
      const run = { first: entry, count: Math.min(pageEntries, array.entries - entry), entryBytes };
      const body = fields.part(run.count * entryBytes);
      const checksum = fields.u32();
      const number = entry / pageEntries;
      const isWritten = (written[number >> 3]! & (0x80 >> (number & 7))) !== 0;
      if (!isWritten) continue;
      assertChecksum(body.peek(body.left), checksum, where);
      yield parseEntries(body, run, dataset);
    }
  }
}

/**
 * Walks the fixed array that lists the chunks of a dataset: the index of newer files for datasets
 * that cannot grow.
 *
 * One read for up to 1,024 chunks, otherwise one per 1 MiB of entries. Holds 1 MiB of entries.
 *
 * @throws {CorruptSourceError} the array is damaged.
 * @throws {BoundExceededError} a page of more than 16 MiB.
 */
export async function* walkFixedArray(
  dataset: Dataset,
  address: number,
): AsyncGenerator<ChunkEntry[]> {
  const array = await readHeader(dataset, address);
  if (array === undefined) return;
  if (array.entries > array.pageEntries) yield* readPages(dataset, array);
  else yield await readUnpaged(dataset, array);
}
