import { crc32, inflateRawSync } from 'node:zlib';
import type { ByteSource } from '#core/bytes/byte-source.ts';
import { memorySource } from '#core/bytes/memory-source.ts';
import { CorruptSourceError } from '#core/errors.ts';
import type { PassState } from './index-pass.ts';
import { encodeSeekTable, packWindow, readNewCheckpoints } from './seek-index.ts';

// The bytes of a state; all numbers are little-endian:
//
//   head      60 bytes: "SFSP", version u32 = 1, bit of the stream u64, inflated bytes before it
//             u64, CRC-32 of these u32, CRC-32 of the gzip member before it u32, bytes of that
//             member u64, spacing u64, bytes of the window in this object u32, CRC-32 of them u32,
//             CRC-32 of the head before this field u32
//   window    the last 32 KiB before the place, as a raw deflate stream
//   index     a seek index with the checkpoints up to the place

const MAGIC = 'SFSP';
const VERSION = 1;
const HEAD_BYTES = 60;
const CRC_OFFSET = HEAD_BYTES - 4;

/** Encodes the state of a pass; takes about 33 MiB at most. */
export function encodePassState(state: PassState, compressedBytes: number): Uint8Array[] {
  const window = packWindow(state.window);
  const head = Buffer.alloc(HEAD_BYTES);
  head.write(MAGIC, 'latin1');
  head.writeUInt32LE(VERSION, 4);
  head.writeBigUInt64LE(BigInt(state.bit), 8);
  head.writeBigUInt64LE(BigInt(state.offset), 16);
  head.writeUInt32LE(state.crc32, 24);
  head.writeUInt32LE(state.sums.crc32, 28);
  head.writeBigUInt64LE(BigInt(state.sums.bytes), 32);
  head.writeBigUInt64LE(BigInt(state.spacing), 40);
  head.writeUInt32LE(window.length, 48);
  head.writeUInt32LE(crc32(window), 52);
  head.writeUInt32LE(crc32(head.subarray(0, CRC_OFFSET)), CRC_OFFSET);
  const sizes = { compressedBytes, bytes: state.offset, crc32: state.crc32 };
  const table = encodeSeekTable(sizes, state.checkpoints);
  return [head, window, table, ...state.checkpoints.map((checkpoint) => checkpoint.window)];
}

function damaged({ uri }: ByteSource): CorruptSourceError {
  return new CorruptSourceError(
    `${uri} is a damaged part of a seek index; delete it, so that the next run makes it again`,
  );
}

/**
 * Reads a state that {@link encodePassState} wrote: one read of at most 33 MiB, which are held
 * twice until it returns.
 *
 * @throws {CorruptSourceError} it is damaged, or belongs to another stream.
 */
export async function readPassState(
  source: ByteSource,
  compressedBytes: number,
): Promise<PassState> {
  const bytes = await source.read({ offset: 0, length: source.size });
  const head = Buffer.from(bytes.buffer, 0, Math.min(HEAD_BYTES, bytes.length));
  const isState = head.length === HEAD_BYTES && head.toString('latin1', 0, 4) === MAGIC;
  if (!isState || head.readUInt32LE(4) !== VERSION) throw damaged(source);
  if (crc32(head.subarray(0, CRC_OFFSET)) !== head.readUInt32LE(CRC_OFFSET)) throw damaged(source);
  const offset = Number(head.readBigUInt64LE(16));
  const indexStart = HEAD_BYTES + head.readUInt32LE(48);
  const window = bytes.subarray(HEAD_BYTES, indexStart);
  if (crc32(window) !== head.readUInt32LE(52)) throw damaged(source);
  return {
    bit: Number(head.readBigUInt64LE(8)),
    offset,
    crc32: head.readUInt32LE(24),
    sums: { crc32: head.readUInt32LE(28), bytes: Number(head.readBigUInt64LE(32)) },
    window: inflateRawSync(window),
    spacing: Number(head.readBigUInt64LE(40)),
    checkpoints: await readNewCheckpoints(memorySource(bytes.subarray(indexStart), source.uri), {
      compressedBytes,
      bytes: offset,
    }),
  };
}
