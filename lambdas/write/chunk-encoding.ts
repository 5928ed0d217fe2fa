import type { S3Client } from '#aws/clients/s3.ts';
import { encodeChunk } from '#core/chunks/encode-chunk.ts';
import type { EncodedParts } from '#core/chunks/encoded-chunk.ts';
import type { EncoderRoom } from '#core/outputs/encoder-room.ts';
import type { MatrixRun } from '#core/run/matrix-run.ts';
import type { RowChunk } from '#core/run/planned-chunk.ts';
import { openPlannedSource } from '#lambdas/shared/open-planned-source.ts';
import { openPlannedNames } from './planned-names.ts';

/** What one chunk is written with. */
export interface WriteContext {
  readonly s3: S3Client;
  /** Holds the part buffers; serves one chunk at a time, as a Lambda function does. */
  readonly room: EncoderRoom;
  readonly signal: AbortSignal;
}

/** A chunk of a matrix, its run, and the key of its object. */
export interface ChunkToWrite {
  readonly run: MatrixRun;
  readonly chunk: RowChunk;
  readonly key: string;
}

/** Encodes a chunk from its start, as often as it is called, with this first buffer. */
export type ChunkEncoding = (buffer: Uint8Array) => EncodedParts;

/** Opens the source of a chunk, and what else it is encoded from. */
export async function openEncoding(
  { s3, room, signal }: WriteContext,
  { run, chunk }: ChunkToWrite,
): Promise<ChunkEncoding> {
  const { output, base } = run;
  const source = await openPlannedSource(s3, run, signal);
  const placed = { ...chunk, rowsBefore: base.rows };
  const columnNames = await openPlannedNames(s3, run, chunk.index, signal);
  return (buffer) => encodeChunk(source, placed, { output, room, buffer, columnNames });
}
