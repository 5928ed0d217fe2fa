import type { Figures } from '#core/checksum/figures.ts';
import { type EncoderRoom, openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { type OutputSpec, outputOf } from '#core/outputs/output-kinds.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { Counts, OpenedSource } from '#core/sources/source-kinds.ts';
import { encodeMatrix } from './encode-matrix.ts';

const PIECE_BYTES = 4 * 1024 * 1024;

/** A full part of a chunk. */
export interface EncodedPart {
  readonly bytes: Uint8Array;
  /** CRC-32 of `bytes`, where the encoder knows it without reading them. */
  readonly crc32: number | undefined;
}

/** What is known of a chunk when all of it is encoded. */
export interface EncodedChunk {
  /** The last part, which is empty only if the chunk is. */
  readonly last: EncodedPart;
  /** Length and CRC-32 of the text, where the chunk is compressed. */
  readonly content: Figures | undefined;
  /** What the kind of source counts per chunk. */
  readonly counts: Counts;
}

/**
 * Yields full parts; the caller gives the next empty buffer by `next(buffer)`. So the caller
 * decides how many buffers there are, and encoding waits until one has been sent.
 */
export type EncodedParts = AsyncGenerator<EncodedPart, EncodedChunk, Uint8Array>;

/** What a chunk is encoded with. */
export interface EncodeOptions {
  readonly output: OutputSpec;
  readonly room: EncoderRoom;
  /** The first part buffer. */
  readonly buffer: Uint8Array;
}

/**
 * Encodes the rows of one chunk. The same source, chunk and output give the same bytes, whoever
 * encodes them.
 *
 * Memory: one slice of the source and the one read ahead of it, beside the part buffers.
 *
 * @throws {CorruptSourceError} rows of the source are not sound.
 */
export function encodeChunk(
  source: OpenedSource,
  chunk: PlannedChunk,
  { output, room, buffer }: EncodeOptions,
): EncodedParts {
  switch (source.kind) {
    case 'matrix':
      return encodeMatrix(source, chunk, { output: outputOf(output), room, buffer });
  }
}

/**
 * Yields the bytes of a chunk in pieces of at most 4 MiB. All pieces share one buffer, so a piece
 * is valid until the next one is asked for.
 *
 * @example
 * const chunk = { index: 0, rowStart: 0, rowEnd: 1000 };
 * let crc = 0;
 * for await (const piece of encodedBytes(matrix, chunk, run.output)) crc = crc32(piece, crc);
 * console.log(crc); // of the whole chunk
 */
export async function* encodedBytes(
  source: OpenedSource,
  chunk: PlannedChunk,
  output: OutputSpec,
): AsyncGenerator<Uint8Array> {
  const room = openEncoderRoom({ count: 1, bytes: PIECE_BYTES });
  const buffer = room.buffers?.[0] ?? new Uint8Array(PIECE_BYTES);
  const parts = encodeChunk(source, chunk, { output, room, buffer });
  for (;;) {
    const step = await parts.next(buffer);
    if (step.done === true) return yield step.value.last.bytes;
    yield step.value.bytes;
  }
}
