import type { Figures } from '#core/checksum/figures.ts';
import type { ChunkEncoder } from '#core/outputs/chunk-encoder.ts';

/** Turns slices into one gzip member, part by part. */
export interface GzipEncoder extends ChunkEncoder {
  /** Ends the member. Call it after the last slice and before `finish`. Yields full parts. */
  end(): Generator<Uint8Array, void, Uint8Array>;
  /** Length and CRC-32 of the compressed text; known after `end`. */
  readonly content: Figures;
}
