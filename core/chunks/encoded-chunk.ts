import type { Figures } from '#core/checksum/figures.ts';
import type { PlannedChunk } from '#core/run/planned-chunk.ts';
import type { Counts } from '#core/sources/source-kinds.ts';

/** A chunk of a source whose rows may come after others of the output. */
export interface ChunkOfOutput extends PlannedChunk {
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
  /** Of what is inside, where the chunk is compressed. */
  readonly content: Figures | undefined;
  /** Where the encoder counts its records. */
  readonly recordCount: number | undefined;
  /** What the kind of source counts per chunk. */
  readonly counts: Counts;
}

/**
 * Hands out full parts, and is handed the next empty buffer by `next(buffer)`: so the caller
 * decides how many buffers exist, and encoding waits for sending.
 */
export type EncodedParts = AsyncGenerator<EncodedPart, EncodedChunk, Uint8Array>;
