import type { ByteSource } from '#core/bytes/byte-source.ts';
import { withReadAhead } from '#core/bytes/read-ahead.ts';
import { gunzipBlocks, isGzip } from './gunzip.ts';
import type { LineBlock } from './line-block.ts';
import { cutLines } from './line-blocks.ts';

/** How a text is read. Tests use small values. */
export interface TextOptions {
  /** Bytes of a segment, see {@link TextSource}. @default 64 MiB, half a second of parsing */
  readonly segmentBytes?: number;
  /** Bytes of a read. @default 4 MiB, large enough for S3's full speed */
  readonly blockBytes?: number;
  /** Bytes of the longest line. @default 32 MiB, about two million entries of svmlight */
  readonly maxLineBytes?: number;
  /**
   * Most bytes of a gzip file that jobs read from its start, without a seek index.
   *
   * @default 4 MiB: at most 2 GiB of text, 14 seconds of parsing
   */
  readonly wholeGzipBytes?: number;
}

/**
 * A text of lines, plain or gzip. A line belongs to the segment in which its first byte lies. A
 * plain text has one job per segment. A gzip file has one job for all segments, because it can only
 * be read from its start; a large one is given as its inflated source, which is plain text. Offsets
 * count bytes of the inflated text.
 */
export interface TextSource extends Required<TextOptions> {
  /** Name of the text in messages. */
  readonly uri: string;
  readonly source: ByteSource;
  readonly isCompressed: boolean;
  /** At least 1. */
  readonly jobs: number;
}

/** Bytes of the first read after the end of a segment: most lines are far shorter. */
const TAIL_BYTES = 64 * 1024;

const MIB = 1024 * 1024;

/** A plain text, in segments. Nothing is read. */
export function plainText(source: ByteSource, options: TextOptions = {}): TextSource {
  const { segmentBytes = 64 * MIB, blockBytes = 4 * MIB } = options;
  const { maxLineBytes = 32 * MIB, wholeGzipBytes = 4 * MIB } = options;
  return {
    uri: source.uri,
    source,
    isCompressed: false,
    jobs: Math.max(1, Math.ceil(source.size / segmentBytes)),
    segmentBytes,
    blockBytes,
    maxLineBytes,
    wholeGzipBytes,
  };
}

/** Finds out whether an object is compressed. One read of two bytes. */
export async function openText(source: ByteSource, options: TextOptions = {}): Promise<TextSource> {
  const text = plainText(source, options);
  const head = await source.read({ offset: 0, length: Math.min(2, source.size) });
  if (!isGzip(head)) return text;
  return { ...text, uri: `${source.uri} (unpacked)`, isCompressed: true, jobs: 1 };
}

/**
 * Reads an object from `start` to its end. After `end` the reads are smaller, because the reader
 * will stop soon.
 */
async function* readBlocks(
  source: ByteSource,
  { start, end, blockBytes }: { start: number; end: number; blockBytes: number },
): AsyncGenerator<Uint8Array> {
  let tailBytes = Math.min(TAIL_BYTES, blockBytes);
  for (let offset = start; offset < source.size; ) {
    const wanted = offset < end ? Math.min(blockBytes, end - offset) : tailBytes;
    if (offset >= end) tailBytes = Math.min(2 * tailBytes, blockBytes);
    const length = Math.min(wanted, source.size - offset);
    yield await source.read({ offset, length });
    offset += length;
  }
}

async function* dropBytes(
  pieces: AsyncIterable<Uint8Array>,
  count: number,
): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const piece of pieces) {
    if (left < piece.length) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** Reads a text from its start, inflated, in reads of `blockBytes`. Does not read ahead. */
export function readPieces(
  { source, isCompressed }: TextSource,
  blockBytes: number,
): AsyncGenerator<Uint8Array> {
  const blocks = readBlocks(source, { start: 0, end: source.size, blockBytes });
  return isCompressed ? gunzipBlocks(source, blocks) : blocks;
}

async function* readCompressed(text: TextSource, from: number): AsyncGenerator<LineBlock> {
  const pieces = withReadAhead(readPieces(text, text.blockBytes));
  yield* cutLines(dropBytes(pieces, from), { ...text, offset: from });
}

async function* readPlain(text: TextSource, job: number, from: number): AsyncGenerator<LineBlock> {
  const { source, segmentBytes, blockBytes } = text;
  const first = job * segmentBytes;
  const end = first + segmentBytes;
  if (from >= end) return;
  // Begin one byte earlier: it shows whether `first` begins a line or lies within one.
  const start = Math.max(0, Math.max(first, from) - 1);
  const blocks = withReadAhead(readBlocks(source, { start, end, blockBytes }));
  for await (const block of cutLines(blocks, { ...text, offset: start })) {
    if (block.offset >= end) return;
    if (block.offset >= first) yield block;
  }
}

/**
 * Reads the lines of one job in blocks of about 4 MiB. No block has lines of two segments.
 *
 * Plain text is read in ranges of 4 MiB, the next one while the consumer uses a block. At most a
 * line and 64 KiB are read beyond the segment. Holds four blocks, or twice the longest line.
 *
 * @param job `0 <= job < text.jobs`.
 * @param from offset of the first line that is wanted; a blank line may come before it.
 * @throws {CorruptSourceError} the gzip file is cut short or damaged.
 * @throws {BoundExceededError} a line is longer than `maxLineBytes`, or the gzip inflates beyond
 * any proportion.
 * @example
 * const text = await openText(source);
 * for (let job = 0; job < text.jobs; job++) {
 *   for await (const { bytes, start, end } of readLines(text, job)) {
 *     console.log(new TextDecoder().decode(bytes.subarray(start, end)));
 *   }
 * }
 */
export function readLines(text: TextSource, job: number, from = 0): AsyncGenerator<LineBlock> {
  return text.isCompressed ? readCompressed(text, from) : readPlain(text, job, from);
}
