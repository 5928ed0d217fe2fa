import type { Figures } from '#core/checksum/figures.ts';
import type { Counts } from '#core/sources/source-kinds.ts';

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
  /** Of what is inside, where the chunk is compressed. */
  readonly content: Figures | undefined;
  /** What the kind of source counts per chunk. */
  readonly counts: Counts;
}

/**
 * Hands out full parts, and is handed the next empty buffer by `next(buffer)`: so the caller decides
 * how many buffers exist, and encoding waits for sending.
 */
export type EncodedParts = AsyncGenerator<EncodedPart, EncodedChunk, Uint8Array>;
