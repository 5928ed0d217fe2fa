import { crc32 } from 'node:zlib';
import type { ByteRange } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import { shownName } from '#core/shown-name.ts';
import { CompactReader } from './compact-reader.ts';
import type { ParquetFooter } from './footer.ts';
import { type PageHeader, readPageHeader } from './page-header.ts';
import { type Chunk, readChunks } from './row-groups.ts';
import { type RowGroupRange, UNCOUNTED_BYTES } from './slice-footer.ts';

/** Reads bytes of the file, which are there. */
export type ReadAt = (range: ByteRange) => Promise<Uint8Array>;

/** Most headers are shorter; those with the bounds of long texts are not. */
const HEADER_BYTES = 512;
const MAX_HEADER_BYTES = 16 * 1024 * 1024;
const HEADER_GROWTH = 32;

/** Bytes of one read of a page that has a CRC-32. */
const READ_BYTES = 1024 * 1024;

/** A column chunk whose pages are followed. */
interface Followed {
  readonly chunk: Chunk;
  /** Begins messages: the column of the object. */
  readonly where: string;
  /** Offset behind the last byte that may be its own. */
  readonly end: number;
  readonly read: ReadAt;
}

interface Page extends PageHeader {
  /** Offset of its first byte behind the header. */
  readonly at: number;
}

/** Reads the header at an offset; a longer one takes more than one read. */
async function headerAt({ where, end, read }: Followed, offset: number): Promise<Page> {
  for (let most = HEADER_BYTES; ; most *= HEADER_GROWTH) {
    const length = Math.min(most, end - offset);
    const reader = new CompactReader(await read({ offset, length }), where);
    try {
      const header = readPageHeader(reader);
      return { ...header, at: offset + reader.at };
    } catch (error) {
      const isWhole = length < most || most >= MAX_HEADER_BYTES;
      if (isWhole || !(error instanceof CorruptSourceError)) throw error;
    }
  }
}

async function checkCrc({ where, read }: Followed, page: Page): Promise<void> {
  if (page.crc32 === undefined) return;
  let found = 0;
  for (let done = 0; done < page.bytes; done += READ_BYTES) {
    const length = Math.min(READ_BYTES, page.bytes - done);
    found = crc32(await read({ offset: page.at + done, length }), found);
  }
  if (found === page.crc32) return;
  throw new CorruptSourceError(
    `${where} has a page at offset ${page.at} whose CRC-32 is ${found}, not ${page.crc32} as its header says; copy or write the file again`,
  );
}

/** Follows the pages of a column chunk until they have its values. */
async function provePagesOf(followed: Followed): Promise<void> {
  const { chunk, where, end } = followed;
  const damaged = (what: string) => new CorruptSourceError(`${where} ${what}; the file is damaged`);
  let values = 0;
  let at = chunk.range.offset;
  for (let pages = 0; values < chunk.values && at < end; pages += 1) {
    const page = await headerAt(followed, at);
    at = page.at + page.bytes;
    if (at > end) {
      throw damaged(
        `has a page of ${page.bytes} bytes at offset ${page.at}, where it ends at ${end}`,
      );
    }
    if (page.kind === 'data') values += page.values;
    else if (page.kind === 'dictionary' && pages > 0)
      throw damaged('has a dictionary behind values');
    await checkCrc(followed, page);
  }
  if (values === chunk.values) return;
  throw damaged(`has pages of ${values} values, where its footer says ${chunk.values}`);
}

/**
 * Follows the pages of row groups before an engine reads them: that they lie in their column chunks
 * and hold as many values as the footer says, and, where they have one, their CRC-32. The engine
 * checks none of this: it gives what pages say, or what it finds behind them.
 *
 * Reads each header, and whole pages that have a CRC-32, in pieces of 1 MiB.
 *
 * @param read reads at the offsets of the file of the footer.
 * @throws {CorruptSourceError} they are not what the footer says, or damaged.
 */
export async function provePages(
  footer: ParquetFooter,
  { start, end }: RowGroupRange,
  read: ReadAt,
): Promise<void> {
  for (const group of footer.rowGroups.slice(start, end)) {
    if (group.rows === 0) continue;
    const { uri, bytes, leaves, offset: columnsEnd } = footer;
    const reader = new CompactReader(bytes, `the footer of ${uri}`, group.described.start);
    for (const [k, chunk] of readChunks(reader).entries()) {
      const { offset, length } = chunk.range;
      const where = `column ${shownName(leaves[k]!.path.join('.'))} of ${uri}`;
      const last = Math.min(columnsEnd, offset + length + UNCOUNTED_BYTES);
      await provePagesOf({ chunk, where, end: last, read });
    }
  }
}
