import { type EncoderRoom, openEncoderRoom } from '#core/outputs/encoder-room.ts';
import { type MatrixOutputSpec, matrixOutputOf } from '#core/outputs/output-kinds.ts';
import type { OpenedSource } from '#core/sources/open-source.ts';
import type { Names } from '#core/sparse/names.ts';
import { encodeMatrix } from './encode-matrix.ts';
import type { ChunkOfOutput, EncodedParts } from './encoded-chunk.ts';

const PIECE_BYTES = 4 * 1024 * 1024;

/** What a chunk is encoded with. */
export interface EncodeOptions {
  readonly output: MatrixOutputSpec;
  readonly room: EncoderRoom;
  /** The first part buffer. */
  readonly buffer: Uint8Array;
  /** Names of the columns, if they have any and the chunk begins with them. */
  readonly columnNames?: Names | undefined;
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
  chunk: ChunkOfOutput,
  { output, columnNames, ...place }: EncodeOptions,
): EncodedParts {
  switch (source.kind) {
    case 'matrix':
      return encodeMatrix(source, chunk, { ...place, output: matrixOutputOf(output), columnNames });
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
  chunk: ChunkOfOutput,
  output: MatrixOutputSpec,
  columnNames?: Names,
): AsyncGenerator<Uint8Array> {
  const room = openEncoderRoom({ count: 1, bytes: PIECE_BYTES });
  const buffer = room.buffers?.[0] ?? new Uint8Array(PIECE_BYTES);
  const parts = encodeChunk(source, chunk, { output, room, buffer, columnNames });
  for (;;) {
    const step = await parts.next(buffer);
    if (step.done === true) return yield step.value.last.bytes;
    yield step.value.bytes;
  }
}
