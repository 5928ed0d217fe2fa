import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { release } from '#core/bytes/release.ts';
import { GzipInflater } from '#core/containers/deflate/gzip-inflater.ts';
import { assertRatio } from '#core/containers/deflate/gzip-ratio.ts';
import { BoundExceededError, CorruptSourceError } from '#core/errors.ts';
import { unzstdFrames } from './unzstd-frames.ts';

/** How the texts of a source are compressed. */
export type TextCompression = 'none' | 'gzip' | 'zstd';

/** Which text is read, and how. */
export interface TextReading {
  readonly compression: TextCompression;
  /** Most bytes of text that a compressed object may hold: what the reader has room for. */
  readonly maxTextBytes: number;
  /** Bytes of a read. @default 8 MiB */
  readonly blockBytes?: number;
}

/** Smaller reads, each a request, would cost more time of the CPU and dollars. */
const BLOCK_BYTES = 8 * 1024 * 1024;

/**
 * Bytes that are given to the inflater at once. What is left of them behind a member is copied, so
 * they are few.
 */
const PUT_BYTES = 64 * 1024;

async function* readBlocks(
  source: ByteSource,
  start: number,
  end: number,
  blockBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = start; offset < end; offset += blockBytes) {
    yield await source.read({ offset, length: Math.min(blockBytes, end - offset) });
  }
}

/**
 * Gives back the memory of each block once the next one is asked for.
 */
async function* released(
  blocks: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const block of blocks) {
    yield block;
    release(block);
  }
}

/**
 * Reads bytes `[start, end)` of a text, in blocks, one ahead of its use. The text may be the
 * inflated source of a large gzip object with its seek index. Each block is valid until the next
 * one is asked for.
 *
 * Holds two blocks.
 */
export function readTextRange(
  source: ByteSource,
  { start, end }: { readonly start: number; readonly end: number },
  blockBytes = BLOCK_BYTES,
): AsyncGenerator<Uint8Array> {
  return released(withReadAhead(readBlocks(source, start, end, blockBytes)));
}

/** Inflates what a block adds. Returns true when the last member has ended. */
function* inflateBlock(
  inflater: GzipInflater,
  block: Uint8Array,
): Generator<Uint8Array<ArrayBuffer>, boolean> {
  for (let at = 0; ; ) {
    const stop = inflater.step();
    const { output } = inflater;
    if (output.length > 0) yield output;
    if (stop === 'end') return true;
    if (stop === 'output') continue;
    if (at === block.length) return false;
    at += inflater.put(block.subarray(at, at + PUT_BYTES));
  }
}

async function* inflateMembers(
  source: ByteSource,
  blocks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const { uri, size } = source;
  if (size === 0) {
    throw new CorruptSourceError(
      `${uri} is no whole gzip file: it is empty; copy or compress it again`,
    );
  }
  const inflater = new GzipInflater();
  try {
    inflater.start({ where: uri, compressedBytes: size, bit: 0, window: new Uint8Array() });
    for await (const block of blocks) yield* inflateBlock(inflater, block);
  } finally {
    inflater.close();
  }
}

async function* withinBound(
  { uri, size }: ByteSource,
  pieces: AsyncIterable<Uint8Array>,
  maxTextBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    assertRatio({ uri, size }, bytes);
    if (bytes > maxTextBytes) {
      throw new BoundExceededError(
        `${uri} unpacks from ${size} bytes to more than ${maxTextBytes} bytes of text, the most that is read at once; unpack it first, or split it`,
      );
    }
    yield piece;
  }
}

/**
 * Reads the whole text of an object in order, unpacked and proved: of gzip the CRC-32 and the
 * length of every member, of zstd each frame and its checksum if it has one, and that nothing
 * else lies behind or between them. Each piece is valid until the next one is asked for.
 *
 * Holds two blocks and, for gzip, 1.4 MiB; for zstd the window of a frame, at most 128 MiB.
 *
 * @throws {CorruptSourceError} the object is cut short or damaged, or other bytes follow it.
 * @throws {BoundExceededError} it unpacks to more than `maxTextBytes`, or beyond any proportion.
 */
export function readText(
  source: ByteSource,
  { compression, maxTextBytes, blockBytes = BLOCK_BYTES }: TextReading,
): AsyncGenerator<Uint8Array> {
  const blocks = readTextRange(source, { start: 0, end: source.size }, blockBytes);
  if (compression === 'none') return blocks;
  const pieces =
    compression === 'gzip' ? inflateMembers(source, blocks) : unzstdFrames(source, blocks);
  return withinBound(source, pieces, maxTextBytes);
}
