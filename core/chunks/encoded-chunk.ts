import type { Figures } from '#core/checksum/figures.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import type { Counts } from '#core/sources/source-kinds.ts';

/** A chunk, and where its rows lie in the output. */
export interface ChunkOfOutput extends RowChunk {
  /** Rows of the output before the first one of the source. @default 0 */
  readonly rowsBefore?: number;
}

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
  /** Records of the chunk, where the encoder counts them. */
  readonly recordCount: number | undefined;
  /** What the kind of source counts per chunk. */
  readonly counts: Counts;
}

/**
 * Yields full parts; the caller gives the next empty buffer by `next(buffer)`. So the caller
 * decides how many buffers there are, and encoding waits until one has been sent.
 */
export type EncodedParts = AsyncGenerator<EncodedPart, EncodedChunk, Uint8Array>;
