import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ByteRange, ByteSource } from '#core/bytes/byte-source.ts';
import { CorruptSourceError } from '#core/errors.ts';

// The bytes of a seek index; all numbers are little-endian:
//
//   header    36 bytes: "SFSX", version u32 = 1, compressed bytes u64, inflated bytes u64, CRC-32
//             of the inflated bytes u32, number of checkpoints u32, CRC-32 of the header before
//             this field and of the table u32
//   table     24 bytes per checkpoint, in ascending order: bit of the stream u64, inflated bytes
//             before it u64, bytes of its window in this index u32, CRC-32 of them u32
//   windows   in the same order, without gaps: the last 32 KiB before the checkpoint, or all bytes
//             if they are fewer, as a raw deflate stream
//
// The beginning of the stream is not in the table: it needs no window.

/** The lengths of a stream. */
export interface DeflatedSize {
  readonly compressedBytes: number;
  /** Length of the inflated bytes. */
  readonly bytes: number;
}

/** A place between two blocks of a stream. */
interface Place {
  /** Number of bits of the stream before it. */
  readonly bit: number;
  /** Number of inflated bytes before it. */
  readonly offset: number;
}

/** A checkpoint that is to be written to an index. */
export interface NewCheckpoint extends Place {
  /** The window, deflated as it lies in the index. */
  readonly window: Uint8Array;
}

/** A checkpoint of an index; its window has not been read. */
export interface Checkpoint extends Place {
  /** Where its window lies in the index; its length is 0 at the beginning of the stream. */
  readonly window: ByteRange;
  readonly windowCrc32: number;
}

/** Bounds the index to 33 MiB (a window of 32 KiB each) and its table to one read of 25 kB. */
export const MAX_CHECKPOINTS = 1024;

export const INDEX_HEADER_BYTES = 36;
export const CHECKPOINT_BYTES = 24;

const MAGIC = 'SFSX';
const VERSION = 1;
const CRC_OFFSET = INDEX_HEADER_BYTES - 4;

/** CRC-32 of header and table, without the field that holds it. */
function tableCrc32(table: Uint8Array): number {
  const before = crc32(table.subarray(0, CRC_OFFSET));
  return crc32(table.subarray(INDEX_HEADER_BYTES), before);
}

/** Deflates a window, as an index holds it. */
export function packWindow(window: Uint8Array): Uint8Array {
  return deflateRawSync(window);
}

/** The header and the table of an index; its windows come after them. */
export function encodeSeekTable(
  stream: DeflatedSize & { readonly crc32: number },
  checkpoints: readonly NewCheckpoint[],
): Uint8Array {
  const table = Buffer.alloc(INDEX_HEADER_BYTES + checkpoints.length * CHECKPOINT_BYTES);
  table.write(MAGIC, 'latin1');
  table.writeUInt32LE(VERSION, 4);
  table.writeBigUInt64LE(BigInt(stream.compressedBytes), 8);
  table.writeBigUInt64LE(BigInt(stream.bytes), 16);
  table.writeUInt32LE(stream.crc32, 24);
  table.writeUInt32LE(checkpoints.length, 28);
  for (const [i, { bit, offset, window }] of checkpoints.entries()) {
    const at = INDEX_HEADER_BYTES + i * CHECKPOINT_BYTES;
    table.writeBigUInt64LE(BigInt(bit), at);
    table.writeBigUInt64LE(BigInt(offset), at + 8);
    table.writeUInt32LE(window.length, at + 16);
    table.writeUInt32LE(crc32(window), at + 20);
  }
  table.writeUInt32LE(tableCrc32(table), CRC_OFFSET);
  return table;
}

function decodeCheckpoints(table: Buffer): Checkpoint[] {
  const checkpoints = [{ bit: 0, offset: 0, window: { offset: 0, length: 0 }, windowCrc32: 0 }];
  let windowOffset = table.length;
  for (let at = INDEX_HEADER_BYTES; at < table.length; at += CHECKPOINT_BYTES) {
    const length = table.readUInt32LE(at + 16);
    checkpoints.push({
      bit: Number(table.readBigUInt64LE(at)),
      offset: Number(table.readBigUInt64LE(at + 8)),
      window: { offset: windowOffset, length },
      windowCrc32: table.readUInt32LE(at + 20),
    });
    windowOffset += length;
  }
  return checkpoints;
}

function sizeOf(table: Buffer): DeflatedSize {
  return {
    compressedBytes: Number(table.readBigUInt64LE(8)),
    bytes: Number(table.readBigUInt64LE(16)),
  };
}

function damaged({ uri }: ByteSource, what: string): CorruptSourceError {
  return new CorruptSourceError(
    `${uri} is a seek index with ${what}; delete it, so that the next run makes it again`,
  );
}

/** Reads the header and the table of an index and checks their CRC-32. */
async function readTable(index: ByteSource): Promise<Buffer> {
  const longest = INDEX_HEADER_BYTES + MAX_CHECKPOINTS * CHECKPOINT_BYTES;
  const bytes = await index.read({ offset: 0, length: Math.min(longest, index.size) });
  const head = Buffer.from(bytes.buffer);
  const isIndex = head.length >= INDEX_HEADER_BYTES && head.toString('latin1', 0, 4) === MAGIC;
  if (!isIndex || head.readUInt32LE(4) !== VERSION) {
    throw damaged(index, `no header of version ${VERSION}`);
  }
  const length = INDEX_HEADER_BYTES + head.readUInt32LE(28) * CHECKPOINT_BYTES;
  const table = head.subarray(0, length);
  if (table.length === length && tableCrc32(table) === table.readUInt32LE(CRC_OFFSET)) return table;
  throw damaged(index, 'a damaged table');
}

/**
 * Reads the table of a seek index: one read of at most 25 kB.
 *
 * @param stream lengths of the stream that the index has to belong to.
 * @returns the checkpoints in their order; the first is the beginning of the stream.
 * @throws {CorruptSourceError} the index is damaged, or belongs to another stream.
 */
export async function readCheckpoints(
  index: ByteSource,
  { compressedBytes, bytes }: DeflatedSize,
): Promise<readonly Checkpoint[]> {
  const table = await readTable(index);
  const found = sizeOf(table);
  if (found.compressedBytes === compressedBytes && found.bytes === bytes) {
    return decodeCheckpoints(table);
  }
  throw damaged(
    index,
    `${found.bytes} bytes in ${found.compressedBytes} compressed, expected ${bytes} in ${compressedBytes}`,
  );
}

/**
 * Reads how long the stream of an index is: one read of at most 25 kB.
 *
 * @throws {CorruptSourceError} the index is damaged.
 */
export async function readDeflatedSize(index: ByteSource): Promise<DeflatedSize> {
  return sizeOf(await readTable(index));
}

async function readPacked(
  index: ByteSource,
  { window, windowCrc32 }: Checkpoint,
): Promise<Uint8Array> {
  const packed = await index.read(window);
  if (crc32(packed) !== windowCrc32) throw damaged(index, 'a damaged window');
  return packed;
}

/**
 * Reads the window of a checkpoint. One read of at most 33 kB; no read at the beginning of the
 * stream.
 *
 * @throws {CorruptSourceError} the window is damaged.
 */
export async function readWindow(index: ByteSource, checkpoint: Checkpoint): Promise<Uint8Array> {
  if (checkpoint.window.length === 0) return new Uint8Array();
  return inflateRawSync(await readPacked(index, checkpoint));
}

/**
 * Reads all checkpoints as {@link encodeSeekTable} got them, without the beginning of the stream.
 * One read for each.
 *
 * @throws {CorruptSourceError} the index is damaged, or belongs to another stream.
 */
export async function readNewCheckpoints(
  index: ByteSource,
  size: DeflatedSize,
): Promise<NewCheckpoint[]> {
  const checkpoints: NewCheckpoint[] = [];
  const [, ...places] = await readCheckpoints(index, size);
  for (const place of places) {
    const { bit, offset } = place;
    checkpoints.push({ bit, offset, window: await readPacked(index, place) });
  }
  return checkpoints;
}
