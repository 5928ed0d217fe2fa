import { BoundExceededError } from '#core/errors.ts';
import type { LineBlock } from './line-block.ts';
import { NEWLINE } from './text-cursor.ts';

/** How lines are cut into blocks. */
export interface LineOptions {
  /** Name of the text in messages. */
  readonly uri: string;
  /** Offset of the first piece in the text. */
  readonly offset: number;
  /**
   * All lines of a block begin in the same segment: no block has lines that begin before and lines
   * that begin after a multiple of this.
   */
  readonly segmentBytes: number;
  /** Most bytes of a line that lies in several pieces. */
  readonly maxLineBytes: number;
}

/** Cuts a block of whole lines so that each new block holds the lines of one segment. */
function* cutSegments(block: LineBlock, segmentBytes: number): Generator<LineBlock> {
  let { start, offset } = block;
  while (start < block.end) {
    const nextSegment = (Math.floor(offset / segmentBytes) + 1) * segmentBytes;
    const last = start + (nextSegment - offset) - 1;
    const end = last < block.end ? block.bytes.indexOf(NEWLINE, last) + 1 : block.end;
    yield { bytes: block.bytes, start, end, offset };
    offset += end - start;
    start = end;
  }
}

function join(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

/**
 * Cuts a text that comes in pieces into blocks of whole lines. If the last line has no newline, one
 * is added.
 *
 * Holds a piece and its copy, and the begun part of a line that goes on in the next piece.
 *
 * @throws {BoundExceededError} a line is longer than `maxLineBytes`.
 */
export async function* cutLines(
  pieces: AsyncIterable<Uint8Array>,
  options: LineOptions,
): AsyncGenerator<LineBlock> {
  const { uri, segmentBytes, maxLineBytes } = options;
  let { offset } = options;
  /** The begun part of a line that goes on in the next piece. */
  let open: Uint8Array[] = [];
  let openBytes = 0;
  for await (const piece of pieces) {
    const last = piece.lastIndexOf(NEWLINE) + 1;
    if (last > 0) {
      const end = openBytes + last;
      const bytes = openBytes === 0 ? piece : join([...open, piece.subarray(0, last)], end);
      yield* cutSegments({ bytes, start: 0, end, offset }, segmentBytes);
      offset += end;
      open = [];
      openBytes = 0;
    }
    if (last < piece.length) open.push(piece.subarray(last));
    openBytes += piece.length - last;
    if (openBytes > maxLineBytes) {
      throw new BoundExceededError(
        `${uri} has a line of more than ${maxLineBytes} bytes at byte ${offset}, allowed are ${maxLineBytes}; split the matrix by columns`,
      );
    }
  }
  if (openBytes === 0) return;
  const bytes = join([...open, Uint8Array.of(NEWLINE)], openBytes + 1);
  yield { bytes, start: 0, end: bytes.length, offset };
}
